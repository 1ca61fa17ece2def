import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";

/**
 * Turns every image upside down, as a mirror below it: for images without an up, such as those of microscopes and
 * satellites. SimCLR does not.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see torchvision's `RandomVerticalFlip`; lightly's `SimCLRTransform`, `vf_prob`
 * @example
 * ```ts
 * import { randomApply, verticalFlip } from "@simclr/augmentations";
 * const flip = randomApply(verticalFlip(), 0.5);
 * ```
 */
export function verticalFlip(): Augmentation<Record<never, never>> {
  return {
    name: "verticalFlip",
    sample: () => ({}),
    apply: (images) => {
      assertImages("verticalFlip", images);
      return tf.reverse(images, 1);
    },
  };
}
