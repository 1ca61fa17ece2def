import { fused } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertGrayOrColor } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { type ColorPlanes, luminance } from "./color-planes.js";

/**
 * Takes the colour out of every image: all three channels become `0.2989 r + 0.5870 g + 0.1140 b`. Images of one
 * channel stay as they are. SimCLR does it to a fifth of the images: `randomApply(grayscale(), 0.2)`.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see google-research/simclr@383d414 tf2/data_util.py, `to_grayscale`
 * @example
 * ```ts
 * import { grayscale, randomApply } from "@simclr/augmentations";
 * const gray = randomApply(grayscale(), 0.2);
 * ```
 */
export function grayscale(): Augmentation<Record<never, never>> {
  return {
    name: "grayscale",
    sample: () => ({}),
    apply: (images) => {
      assertGrayOrColor("grayscale", images);
      if (images.shape[3] === 1) return tf.clone(images);
      return fused(() => tf.tile(luminance(tf.split(images, 3, 3) as unknown as ColorPlanes), [1, 1, 1, 3]));
    },
  };
}
