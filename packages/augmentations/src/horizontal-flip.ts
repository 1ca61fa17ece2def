import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";

/**
 * Mirrors every image, left to right. SimCLR mirrors half of them: `randomApply(horizontalFlip(), 0.5)`.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see google-research/simclr@383d414 tf2/data_util.py, `random_flip_left_right`
 * @example
 * ```ts
 * import { horizontalFlip, randomApply } from "@simclr/augmentations";
 * const flip = randomApply(horizontalFlip(), 0.5);
 * ```
 */
export function horizontalFlip(): Augmentation<Record<never, never>> {
  return {
    name: "horizontalFlip",
    sample: () => ({}),
    apply: (images) => {
      assertImages("horizontalFlip", images);
      return tf.reverse(images, 2);
    },
  };
}
