import { invalidArgument } from "@simclr/core";
import type { Augmentation, ImageSize } from "./augmentation.js";
import { type CropBox, type CropBoxes, cropAndResize, type ResizeOptions, sizePair } from "./crop-and-resize.js";
import { roundHalfEven } from "./round-half-even.js";
import { samplePerImage } from "./sample-per-image.js";

export interface CenterCropOptions extends ResizeOptions {
  /** How much of the side that limits the crop is kept. Default 0.875, the reference's `CROP_PROPORTION`. */
  readonly proportion?: number;
}

/**
 * Cuts the middle out of every image, in the shape of the output, and resizes it: what evaluation uses on large images.
 *
 * Nothing in it is random. The reference leaves it out for outputs of 32 pixels and less, whose images have that size.
 *
 * @returns an augmentation with parameters `y`, `x`, `height`, `width` in pixels, each `[batch]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and {@link cropAndResize}'s when applied
 * @see google-research/simclr@383d414 tf2/data_util.py, `center_crop`: it crops, then resizes; the paper says the reverse
 * @example
 * ```ts
 * import { centerCrop } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * const boxes = centerCrop({ imageSize: 224 }).sample(randomKey(0), { batchSize: 1, imageSize: [500, 375] });
 * console.log(boxes); // { y: [86], x: [24], height: [328], width: [328] }
 * ```
 */
export function centerCrop({ proportion = 0.875, ...resize }: CenterCropOptions): Augmentation<CropBoxes> {
  if (!(proportion > 0 && proportion <= 1)) throw invalidArgument("proportion", proportion, "above 0 and at most 1");
  const outputSize = sizePair(resize.imageSize);
  return {
    name: "centerCrop",
    outputSize,
    sample: (key, context) =>
      samplePerImage(key, context, (_, imageSize) => centredBox(imageSize, outputSize, proportion)),
    apply: (images, boxes) => cropAndResize(images, boxes, resize),
  };
}

function centredBox(
  [imageHeight, imageWidth]: ImageSize,
  [outputHeight, outputWidth]: ImageSize,
  part: number,
): CropBox {
  const aspectRatio = outputWidth / outputHeight;
  const limitedByWidth = aspectRatio > imageWidth / imageHeight;
  const atLeastOne = (pixels: number) => Math.max(1, roundHalfEven(pixels));
  const height = atLeastOne(limitedByWidth ? (part / aspectRatio) * imageWidth : part * imageHeight);
  const width = atLeastOne(limitedByWidth ? part * imageWidth : part * aspectRatio * imageHeight);
  const middle = (image: number, crop: number) => Math.floor((image - crop + 1) / 2);
  return { y: middle(imageHeight, height), x: middle(imageWidth, width), height, width };
}
