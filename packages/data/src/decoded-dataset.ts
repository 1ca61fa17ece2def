import pLimit from "p-limit";
import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { decodeImage, decodingQueue } from "./decode-image.js";
import type { DecodedCache } from "./decoded-cache.js";
import { allImagesCorrupt, invalidArgument, simclrError } from "./errors.js";
import type { DecodeSettings, ImageDecoder } from "./image-decoder.js";
import { sharpDecoder } from "./sharp-decoder.js";

export interface DecodingOptions {
  /** The size that every image comes in. */
  readonly imageSize: readonly [height: number, width: number];
  /**
   * `"contain"` keeps the whole photo: it is made to fit inside `imageSize`, never enlarged, and lies at the top left; the
   * rest is 0 and `imageSizes` tells the valid regions. For pretraining, whose random crops come from the whole photo:
   * choose an `imageSize` above the crop's.
   * `"cover"` makes the short side fit and cuts the centre out. For evaluation.
   * Both are the same, and exact, for images that have the size already. Default `"contain"`.
   */
  readonly fit?: "contain" | "cover";
  /**
   * What happens to a file that cannot be decoded, which shows only when it is read. `"skip"`, the default: the next
   * readable one of the sorted paths stands in for it, always the same, so batches keep their shape and a resumed run
   * sees what it would have seen; `onWarning` hears of it once; the batch's `labels` and `indices` are those of the image
   * that came. `"refuse"`: an error, for evaluation.
   */
  readonly onCorrupt?: "skip" | "refuse";
  /** Hears of every file that is skipped. Default: `console.warn` with the message. */
  readonly onWarning?: (warning: { readonly message: string; readonly path: string }) => void;
  /** 3 for sRGB, 1 for gray. Default 3. */
  readonly channels?: 1 | 3;
  /** What shows through transparent parts. Default white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** What makes pixels of the files. Default: `sharpDecoder()`. */
  readonly decoder?: ImageDecoder;
  /** Keeps decoded images on disk, see `decodedCache`. Default: none. */
  readonly cache?: DecodedCache;
}

/** A dataset that decodes image files when they are read. */
export interface DecodedDataset extends Dataset {
  /** Where an image is: its file's path, or its shard's and its place there. As `onWarning` has it. */
  pathOf(index: number): string;
  /**
   * The same images decoded otherwise, without their being looked for again: what is not named stays as it is.
   *
   * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
   */
  decodedAs(options: Partial<DecodingOptions>): Promise<DecodedDataset>;
}

/** Images that are still files, wherever those lie. */
export interface EncodedImages {
  readonly length: number;
  readonly classNames?: readonly string[];
  readonly labels?: Int32Array;
  /** Where an image is, for messages. */
  pathOf(index: number): string;
  /** An image file's bytes. */
  bytesOf(index: number): Promise<Uint8Array>;
  /** Hears that an image file's bytes are not needed any more. Default: they are left to the garbage collector. */
  release?(bytes: Uint8Array): void;
}

/**
 * Image files as a dataset that decodes them when they are read.
 *
 * @throws SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading:
 *   SIMCLR_ERROR__DATA__CORRUPT_IMAGE, SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT, and the errors of `bytesOf`
 */
export async function decodedDataset(images: EncodedImages, options: DecodingOptions): Promise<DecodedDataset> {
  const settings = assertDecodingOptions(options);
  const { onCorrupt = "skip", cache } = options;
  const { onWarning = ({ message }) => console.warn(message) } = options;
  const { length, labels, classNames } = images;
  const decoder = options.decoder ?? (await sharpDecoder());
  const queue = decoder.concurrency === undefined ? decodingQueue : pLimit(decoder.concurrency);
  const corrupt = new Set<number>();

  /** Nothing for a corrupt image. */
  async function decode(index: number, target: Uint8Array) {
    const file = await images.bytesOf(index);
    try {
      return await decodeImage(decoder, file, settings, target, cache);
    } catch (cause) {
      const path = images.pathOf(index);
      const error = corruptImage(path, cause);
      if (onCorrupt === "refuse") throw error;
      if (!corrupt.has(index)) onWarning({ message: `Skipped: ${error.message}`, path });
      corrupt.add(index);
      return undefined;
    } finally {
      images.release?.(file);
    }
  }

  async function readRow(asked: number, target: Uint8Array) {
    for (let offset = 0; offset < length; offset++) {
      const index = (asked + offset) % length;
      if (corrupt.has(index)) continue;
      const imageSize = await decode(index, target);
      if (imageSize) return { index, imageSize };
    }
    throw allImagesCorrupt(length);
  }

  return {
    length,
    imageShape: settings.imageShape,
    ...(classNames && { classNames }),
    ...(labels && { labels }),
    pathOf: images.pathOf,
    decodedAs: (other) => decodedDataset(images, { ...options, ...other }),
    async read(indices, memory) {
      assertIndices(indices, length);
      const size = settings.imageShape.reduce((product, length) => product * length, 1);
      const images = memory?.length === indices.length * size ? memory : new Uint8Array(indices.length * size);
      const target = (row: number) => images.subarray(row * size, (row + 1) * size);
      const results = await Promise.allSettled(indices.map((index, row) => queue(readRow, index, target(row))));
      const rows = results.map((result) => {
        // When all have ended: then the error is the first image's, and nothing goes on behind the caller's back.
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      return {
        images,
        shape: [indices.length, ...settings.imageShape],
        ...(labels && { labels: Int32Array.from(rows, ({ index }) => labels[index] as number) }),
        ...(settings.fit === "contain" && { imageSizes: rows.map(({ imageSize }) => imageSize) }),
        indices: Int32Array.from(rows, ({ index }) => index),
      };
    },
  };
}

const isPositiveInteger = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

/**
 * The settings that options stand for.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 */
export function assertDecodingOptions(options: DecodingOptions): DecodeSettings {
  const { imageSize, fit = "contain", channels = 3, background = [255, 255, 255], onCorrupt = "skip" } = options;
  if (!Array.isArray(imageSize) || imageSize.length !== 2 || !imageSize.every(isPositiveInteger)) {
    throw invalidArgument("imageSize", imageSize, "two positive integers, [height, width]");
  }
  if (fit !== "contain" && fit !== "cover") throw invalidArgument("fit", fit, '"contain" or "cover"');
  if (channels !== 1 && channels !== 3) throw invalidArgument("channels", channels, "1 or 3");
  const isColour = background.length === 3 && background.every((value) => value >= 0 && value <= 255);
  if (!isColour) throw invalidArgument("background", background, "three values from 0 to 255");
  if (!["skip", "refuse"].includes(onCorrupt)) throw invalidArgument("onCorrupt", onCorrupt, '"skip" or "refuse"');
  return { imageShape: [imageSize[0] as number, imageSize[1] as number, channels], fit, background };
}

function corruptImage(path: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return simclrError(
    "SIMCLR_ERROR__DATA__CORRUPT_IMAGE",
    { path, reason },
    {
      expected: `${path} to be an image that can be decoded`,
      received: reason,
      remedy: 'Replace or remove the file; onCorrupt: "skip" trains without it.',
    },
    cause,
  );
}
