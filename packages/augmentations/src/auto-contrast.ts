import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { stretchContrast } from "./tone-operations.js";

/**
 * Stretches every channel of every image from its darkest to its brightest pixel, `(x - darkest) / (brightest - darkest)`; a flat
 * channel stays as it is.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see torchvision's `autocontrast`; PIL's `ImageOps.autocontrast`, which rounds down to bytes; Cubuk et al. 2019, "AutoAugment"
 * @example
 * ```ts
 * import { autoContrast, randomApply } from "@simclr/augmentations";
 * const stretched = randomApply(autoContrast(), 0.1);
 * ```
 */
export function autoContrast(): Augmentation<Record<never, never>> {
  return {
    name: "autoContrast",
    sample: () => ({}),
    apply: (images) => {
      assertImages("autoContrast", images);
      return stretchContrast(images);
    },
  };
}
