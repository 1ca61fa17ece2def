import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";

/**
 * The negative of every image, `1 - x`.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see torchvision's `invert`; PIL's `ImageOps.invert`; Cubuk et al. 2019, "AutoAugment"
 * @example
 * ```ts
 * import { invert, randomApply } from "@simclr/augmentations";
 * const negative = randomApply(invert(), 0.1);
 * ```
 */
export function invert(): Augmentation<Record<never, never>> {
  return {
    name: "invert",
    sample: () => ({}),
    apply: (images) => {
      assertImages("invert", images);
      return tf.sub(1, images);
    },
  };
}
