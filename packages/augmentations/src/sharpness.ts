import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";
import { adjustSharpness } from "./tone-operations.js";

export interface SharpnessOptions {
  /** Smallest and largest factor, at least 0. Default [0.1, 1.9]: AutoAugment's. */
  readonly factorRange?: readonly [minimum: number, maximum: number];
}

/**
 * Blends every image with a smoothed one, `factor x + (1 - factor) smooth(x)`, and clips to [0, 1]: below 1 it softens, above 1 it
 * sharpens. The smoothing is `[1 1 1; 1 5 1; 1 1 1] / 13`; the outermost pixels stay as they are.
 *
 * @returns an augmentation with parameter `factor`, `[batch]`; 1 changes nothing
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see torchvision's `adjust_sharpness`; PIL's `ImageEnhance.Sharpness`; Cubuk et al. 2019, "AutoAugment"
 * @example
 * ```ts
 * import { sharpness } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const sharpened = sharpness().apply(tf.ones([1, 32, 32, 3]), { factor: [1.7] });
 * ```
 */
export function sharpness({ factorRange = [0.1, 1.9] }: SharpnessOptions = {}): Augmentation<{ factor: number[] }> {
  const [smallest, largest] = factorRange;
  if (!(smallest >= 0 && smallest <= largest && Number.isFinite(largest))) {
    throw invalidArgument("factorRange", factorRange, "[minimum, maximum] with 0 <= minimum <= maximum");
  }
  return {
    name: "sharpness",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => ({ factor: uniform(imageKey, 1, smallest, largest)[0] as number })),
    apply: (images, parameters) => {
      assertImages("sharpness", images);
      const batch = images.shape[0];
      const factor = parameterTensor<tf.Tensor1D>("sharpness", parameters, "factor", [batch]);
      return adjustSharpness(images, tf.reshape(factor, [batch, 1, 1, 1]));
    },
  };
}
