import pLimit from "p-limit";
import type { Dataset } from "./dataset.js";
import type { DecodedCache } from "./decoded-cache.js";
import type { DecodedPixels, DecodeSettings, ImageDecoder } from "./image-decoder.js";

/**
 * Runs decodings side by side, one fewer than libuv has threads: a compiled step waits in the same pool, and must find a
 * free thread rather than the end of a queue of images. `UV_THREADPOOL_SIZE` raises it, when set before node starts.
 */
export const decodingQueue = pLimit(Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1));

/**
 * Decodes an image file's bytes to where the image lies in its batch.
 *
 * @param target of the settings' shape; a smaller image lies in its top left corner, and the rest becomes 0
 * @param cache keeps what was decoded; without one everything is decoded
 * @returns the region that is not padding
 * @throws the decoder's own error when the file is corrupt
 */
export async function decodeImage(
  decoder: ImageDecoder,
  file: Uint8Array,
  settings: DecodeSettings,
  target: Uint8Array,
  cache?: DecodedCache,
): Promise<readonly [height: number, width: number]> {
  const { imageShape } = settings;
  if (!cache) return decoder.decode(file, settings, (image) => place(image, imageShape, target));
  const owned = (image: DecodedPixels) => ({ ...image, pixels: image.pixels.slice() });
  const key = JSON.stringify([settings, decoder.name]);
  return place(await cache.read(file, key, () => decoder.decode(file, settings, owned)), imageShape, target);
}

function place(image: DecodedPixels, shape: Dataset["imageShape"], target: Uint8Array) {
  const { pixels, height, width } = image;
  const [, fullWidth, channels] = shape;
  if (width === fullWidth) target.set(pixels);
  else {
    const [stride, fullStride] = [width * channels, fullWidth * channels];
    for (let y = 0; y < height; y++) {
      target.set(pixels.subarray(y * stride, (y + 1) * stride), y * fullStride);
      target.fill(0, y * fullStride + stride, (y + 1) * fullStride);
    }
  }
  target.fill(0, height * fullWidth * channels);
  return [height, width] as const;
}
