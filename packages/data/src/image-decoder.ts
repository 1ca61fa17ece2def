import type { Dataset } from "./dataset.js";

export interface DecodeSettings {
  /** The shape that every image comes in, `[height, width, channels]`; 3 channels for sRGB, 1 for gray. */
  readonly imageShape: Dataset["imageShape"];
  /** Whether all of an image is made to fit inside, never enlarged, or its centre fills the shape. */
  readonly fit: "contain" | "cover";
  /** What shows through transparent parts. */
  readonly background: readonly [red: number, green: number, blue: number];
}

/** An image in memory: `height * width * channels` bytes, row by row. */
export interface DecodedPixels {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Called once with an image whose memory is lent for the time of the call: the next image comes to lie there. Buffers of
 * their own for every image would keep the garbage collector busier than the decoding.
 */
export type UsePixels<T> = (image: DecodedPixels) => T;

/**
 * Makes pixels of an image file's bytes. Anyone can implement it; `imageDecoderContract` of `@simclr/data/contract` tests an
 * implementation.
 *
 * The first frame counts. EXIF orientation is applied, embedded colour profiles and CMYK are converted to sRGB, or to gray,
 * transparency is put on the background. An image that has the right size already is not resampled.
 */
export interface ImageDecoder {
  /** Names everything besides the file and the settings that the pixels depend on: libraries, versions, the resampling. */
  readonly name: string;
  /** How many files it is handed at a time. Default: one fewer than Node's pool has threads, in which it then works. */
  readonly concurrency?: number;
  /**
   * With `"cover"` the pixels have the settings' shape, with `"contain"` one that fits inside.
   *
   * @param file lent until the promise is settled: the next file comes to lie there
   * @returns what `use` returns
   * @throws an error of its own when the file is corrupt, and then `use` was not called; nothing else fails
   */
  decode<T>(file: Uint8Array, settings: DecodeSettings, use: UsePixels<T>): Promise<T>;
}

/** Makes sRGB pixels of a JPEG file's bytes, as they are stored: EXIF orientation and colour profiles do not concern it. */
export interface JpegDecoder {
  /** Names everything that the pixels depend on. */
  readonly name: string;
  /**
   * @param file a baseline or progressive JPEG of 8 bits, with one component or three; lent until the promise is settled
   * @param shrink the part of its height and of its width that is wanted, 1 / `shrink`, rounded up: libjpeg's scaled decoding
   * @throws an error of its own when the file is corrupt, and then `use` was not called
   */
  decode<T>(file: Uint8Array, shrink: 1 | 2 | 4 | 8, use: UsePixels<T>): Promise<T>;
}
