import type { Augmentation } from "./augmentation.js";
import { type CropBoxes, cropAndResize, type ResizeOptions, sizePair } from "./crop-and-resize.js";
import type { CropSampler } from "./crop-sampler.js";
import { samplePerImage } from "./sample-per-image.js";
import { tensorflowCropSampler } from "./tensorflow-crop-sampler.js";

export interface RandomResizedCropOptions extends ResizeOptions {
  /** How the rectangles are drawn. Default: {@link tensorflowCropSampler} with the reference's numbers. */
  readonly sampler?: CropSampler;
}

/**
 * Cuts a random rectangle out of every image and resizes it: SimCLR's first augmentation, and its most important one.
 *
 * With `imageSizes` in the context the rectangle lies in the valid region, and padding is never seen.
 *
 * @returns an augmentation with parameters `y`, `x`, `height`, `width` in pixels, each `[batch]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and {@link cropAndResize}'s when applied
 * @see SimCLR (Chen et al. 2020), section 3 and appendix A; google-research/simclr@383d414 tf2/data_util.py, `crop_and_resize`
 * @example
 * ```ts
 * import { randomResizedCrop } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const crop = randomResizedCrop({ imageSize: 32 });
 * const boxes = crop.sample(randomKey(0), { batchSize: 2, imageSize: [48, 64] });
 * const cropped = crop.apply(tf.ones([2, 48, 64, 3]), boxes); // [2, 32, 32, 3]
 * ```
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Augmentation<CropBoxes> {
  const { sampler = tensorflowCropSampler(), ...resize } = options;
  const outputSize = sizePair(resize.imageSize);
  return {
    name: "randomResizedCrop",
    outputSize,
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, imageSize) => sampler(imageKey, imageSize, outputSize)),
    apply: (images, boxes) => cropAndResize(images, boxes, resize),
  };
}
