import { fitted } from "./fitted.js";
import type { DecodedPixels, ImageDecoder } from "./image-decoder.js";
import { resample } from "./resample.js";

/**
 * Decodes with what a browser has, and resamples as Pillow does with BILINEAR: of files without loss, the bytes that
 * `bilinearDecoder` makes in Node while an image is at most four times as large as it becomes; of JPEG files as far as the
 * two JPEG decoders agree. Formats are the browser's: a file that an `<img>` shows can be decoded.
 *
 * An image of more than four times the size it is resampled to is first drawn at a half, a quarter or an eighth.
 *
 * @returns a decoder that needs `createImageBitmap` and `OffscreenCanvas`: pages and workers have them, Node does not
 * @example
 * ```ts no-run
 * import { browserDecoder } from "@simclr/data/browser";
 * const file = new Uint8Array(await (await fetch("photo.jpg")).arrayBuffer());
 * const settings = { imageShape: [32, 32, 3], fit: "cover", background: [255, 255, 255] } as const;
 * const pixels = await browserDecoder().decode(file, settings, (image) => image.pixels.slice());
 * ```
 */
export function browserDecoder(): ImageDecoder {
  return {
    name: `bilinear as Pillow's, ${navigator.userAgent}`,
    // A decoded photo of 12 megapixels has 100 MB until it is resampled.
    concurrency: 4,
    async decode(file, settings, use) {
      const bitmap = await createImageBitmap(new Blob([file as Uint8Array<ArrayBuffer>]));
      try {
        const { height, width } = bitmap;
        const target = fitted(height, width, settings);
        const isEnough = (shrink: number) =>
          height >= 2 * shrink * target.size[0] && width >= 2 * shrink * target.size[1];
        const shrink = ([8, 4, 2] as const).find(isEnough) ?? 1;
        const span = [height / shrink, width / shrink] as const;
        const image = drawn(bitmap, span, settings.background, settings.imageShape[2]);
        const isWhole = target.height === image.height && target.width === image.width;
        return isWhole ? use(image) : resample(image, { ...target, span }, use);
      } finally {
        bitmap.close();
      }
    },
  };
}

/** The pixels of an image drawn in a size that may be no whole number: then the last ones lie half outside. */
function drawn(
  bitmap: ImageBitmap,
  [spanHeight, spanWidth]: readonly [number, number],
  [r, g, b]: readonly [number, number, number],
  channels: number,
): DecodedPixels {
  const [height, width] = [Math.ceil(spanHeight), Math.ceil(spanWidth)];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  context.fillStyle = `rgb(${r} ${g} ${b})`;
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [red, green, blue] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]] as [number, number, number];
    if (channels === 1) pixels[i] = grayOf(red, green, blue);
    else pixels.set([red, green, blue], 3 * i);
  }
  return { pixels, height, width };
}

// As libvips, which decodes in Node: of the light's luminance, not of the gamma-encoded values.
function grayOf(red: number, green: number, blue: number): number {
  if (red === green && green === blue) return red;
  const luminance =
    0.2126 * (light[red] as number) + 0.7152 * (light[green] as number) + 0.0722 * (light[blue] as number);
  return Math.round(255 * (luminance <= 0.0031308 ? 12.92 * luminance : 1.055 * luminance ** (1 / 2.4) - 0.055));
}

const light = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
