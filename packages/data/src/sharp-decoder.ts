import { packageMissing } from "./errors.js";
import type { DecodedPixels, DecodeSettings, ImageDecoder } from "./image-decoder.js";

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

export const sharpName = (sharp: Sharp) => `sharp ${JSON.stringify(sharp.versions)}`;

/**
 * Decodes JPEG, PNG, WebP, AVIF, TIFF and GIF with sharp, and resamples with it, by Lanczos-3 after a JPEG's scaled
 * decoding. The default of every dataset that decodes.
 *
 * @throws SIMCLR_ERROR__DATA__PACKAGE_MISSING
 * @example
 * ```ts
 * import { imageFolder, sharpDecoder } from "@simclr/data";
 * const photos = await imageFolder("photos", { imageSize: [32, 32], decoder: await sharpDecoder() });
 * ```
 */
export async function sharpDecoder(): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  return {
    name: sharpName(sharp),
    async decode(file, settings, use) {
      const [height, width] = settings.imageShape;
      const contain = settings.fit === "contain";
      const image = sharp(file, { failOn: "error" })
        .autoOrient()
        .resize({ width, height, fit: contain ? "inside" : "cover", withoutEnlargement: contain });
      return use(await sharpPixels(image, settings));
    },
  };
}

/** An image's pixels in sRGB or gray, on the background. */
export async function sharpPixels(
  image: ReturnType<Sharp>,
  { imageShape, background: [r, g, b] }: DecodeSettings,
): Promise<DecodedPixels> {
  const { data, info } = await image
    .flatten({ background: { r, g, b } })
    .toColourspace(imageShape[2] === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, height: info.height, width: info.width };
}
