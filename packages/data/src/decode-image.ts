import pLimit from "p-limit";
import type { Dataset } from "./dataset.js";
import type { DecodedCache, DecodedPixels } from "./decoded-cache.js";
import { packageMissing } from "./errors.js";

export interface DecodeSettings {
  readonly imageShape: Dataset["imageShape"];
  readonly fit: "contain" | "cover";
  readonly background: readonly [red: number, green: number, blue: number];
}

export interface DecodedImage {
  readonly pixels: Uint8Array;
  readonly imageSize?: readonly [height: number, width: number];
}

type Sharp = typeof import("sharp").default;

/**
 * sharp, with one thread for each image: many images at once use the cores better than many threads for one.
 *
 * @throws SIMCLR_ERROR__DATA__PACKAGE_MISSING
 */
export async function loadSharp(): Promise<Sharp> {
  try {
    const { default: sharp } = await import("sharp");
    sharp.concurrency(1);
    return sharp;
  } catch (cause) {
    throw packageMissing("sharp", "which decodes images", cause);
  }
}

/**
 * Runs decodings side by side, one fewer than libuv has threads: a compiled step waits in the same pool, and must find a
 * free thread rather than the end of a queue of images. `UV_THREADPOOL_SIZE` raises it, when set before node starts.
 */
export const decodingQueue = pLimit(Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1));

/**
 * Decodes an image file's bytes to 8 bits of sRGB, or of gray, in the settings' shape.
 *
 * The first frame counts. EXIF orientation is applied, embedded colour profiles and CMYK are converted, transparency is
 * put on the background. An image that has the right size already is not resampled.
 *
 * @param cache keeps what was decoded; without one everything is decoded
 * @throws sharp's own error when the file is corrupt
 */
export async function decodeImage(
  sharp: Sharp,
  file: Uint8Array,
  settings: DecodeSettings,
  cache?: DecodedCache,
): Promise<DecodedImage> {
  const decoder = JSON.stringify([settings, sharp.versions]);
  const decode = () => decodePixels(sharp, file, settings);
  const { pixels, height, width } = await (cache ? cache.read(file, decoder, decode) : decode());
  if (settings.fit === "cover") return { pixels };
  return { pixels: padded(pixels, height, width, settings.imageShape), imageSize: [height, width] };
}

async function decodePixels(sharp: Sharp, file: Uint8Array, settings: DecodeSettings): Promise<DecodedPixels> {
  const [height, width, channels] = settings.imageShape;
  const contain = settings.fit === "contain";
  const [r, g, b] = settings.background;
  const { data, info } = await sharp(file, { failOn: "error" })
    .autoOrient()
    .resize({ width, height, fit: contain ? "inside" : "cover", withoutEnlargement: contain })
    .flatten({ background: { r, g, b } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, height: info.height, width: info.width };
}

/** Puts an image in the top left corner; the rest is 0. */
function padded(pixels: Uint8Array, height: number, width: number, shape: Dataset["imageShape"]): Uint8Array {
  const [fullHeight, fullWidth, channels] = shape;
  if (height === fullHeight && width === fullWidth) return pixels;
  const out = new Uint8Array(fullHeight * fullWidth * channels);
  const stride = width * channels;
  for (let y = 0; y < height; y++) out.set(pixels.subarray(y * stride, (y + 1) * stride), y * fullWidth * channels);
  return out;
}
