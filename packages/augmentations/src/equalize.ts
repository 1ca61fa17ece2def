import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { equalizePixels } from "./equalize-pixels.js";

/**
 * Equalizes the histogram of every image and channel, so that all of 256 levels are about equally frequent. Pixels are rounded
 * to bytes first, and come out as whole 255ths; the gradient is 0, as that of every table of bytes. An image
 * with fewer than 255 pixels below its brightest level is rounded and nothing else.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see PIL's `ImageOps.equalize`, which it equals on bytes; Cubuk et al. 2019, "AutoAugment"
 * @example
 * ```ts
 * import { equalize, randomApply } from "@simclr/augmentations";
 * const equalized = randomApply(equalize(), 0.1);
 * ```
 */
export function equalize(): Augmentation<Record<never, never>> {
  return {
    name: "equalize",
    sample: () => ({}),
    apply: (images) => {
      assertImages("equalize", images);
      return equalizePixels(images);
    },
  };
}
