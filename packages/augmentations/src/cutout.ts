import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { rectangleMask } from "./rectangle-mask.js";
import { samplePerImage } from "./sample-per-image.js";

export interface CutoutOptions {
  /** The patch's sides over the image's, above 0 and up to 1. Default 0.5: 16 of 32 pixels, as Cutout on CIFAR-10. */
  readonly proportion?: number;
  /** What the patch is filled with, in [0, 1]. Default 0.5, gray: Cutout's zero, on images whose mean is subtracted. */
  readonly fill?: number;
}

export type CutoutParameters = {
  /** The patch's upper left corner in pixels, negative where it hangs over the edge; `[batch]`. */
  readonly y: readonly number[];
  readonly x: readonly number[];
  /** Its size in pixels, `[batch]`; 0 covers nothing. */
  readonly height: readonly number[];
  readonly width: readonly number[];
};

/**
 * Covers a rectangle of every image. Its centre is a random pixel, so that it may hang over the edge, and then covers less.
 *
 * @returns an augmentation with parameters `y`, `x`, `height`, `width`, each `[batch]`, whole numbers
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see DeVries and Taylor 2017, "Improved Regularization of Convolutional Neural Networks with Cutout"; SimCLR, figure 4
 * @example
 * ```ts
 * import { cutout } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const covered = cutout().apply(tf.ones([1, 32, 32, 3]), { y: [-4], x: [10], height: [16], width: [16] });
 * ```
 */
export function cutout({ proportion = 0.5, fill = 0.5 }: CutoutOptions = {}): Augmentation<CutoutParameters> {
  if (!(proportion > 0 && proportion <= 1)) throw invalidArgument("proportion", proportion, "above 0 and up to 1");
  if (!(fill >= 0 && fill <= 1)) throw invalidArgument("fill", fill, "from 0 to 1");
  return {
    name: "cutout",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, imageSize) => {
        const draws = uniform(imageKey, 2);
        const [height, width] = imageSize.map((side) => Math.max(Math.round(side * proportion), 1)) as [number, number];
        const start = (axis: 0 | 1, length: number) =>
          Math.floor((draws[axis] as number) * imageSize[axis]) - Math.floor(length / 2);
        return { y: start(0, height), x: start(1, width), height, width };
      }),
    apply: (images, parameters) => {
      assertImages("cutout", images);
      const covered = rectangleMask("cutout", images, parameters);
      return tf.add<tf.Tensor4D>(tf.mul(images, tf.sub(1, covered)), tf.mul(covered, fill));
    },
  };
}
