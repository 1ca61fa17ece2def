import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";
import { solarizePixels } from "./tone-operations.js";

export interface SolarizeOptions {
  /** Smallest and largest threshold, in [0, 1]. Default [0.5, 0.5]: from byte 128 on, as BYOL and MoCo v3. */
  readonly thresholdRange?: readonly [minimum: number, maximum: number];
}

/**
 * Inverts the bright pixels of every image: `1 - x` where x is at least the threshold, x below. At 0 it is the negative.
 *
 * @returns an augmentation with parameter `threshold`, `[batch]`; above 1 it changes nothing
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see PIL's `ImageOps.solarize`; Grill et al. 2020, "Bootstrap Your Own Latent", appendix B: a fifth of the second views
 * @example
 * ```ts
 * import { randomApply, solarize } from "@simclr/augmentations";
 * const solarized = randomApply(solarize(), 0.2);
 * ```
 */
export function solarize({ thresholdRange = [0.5, 0.5] }: SolarizeOptions = {}): Augmentation<{ threshold: number[] }> {
  const [smallest, largest] = thresholdRange;
  if (!(smallest >= 0 && smallest <= largest && largest <= 1)) {
    throw invalidArgument("thresholdRange", thresholdRange, "[minimum, maximum] with 0 <= minimum <= maximum <= 1");
  }
  return {
    name: "solarize",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => ({ threshold: uniform(imageKey, 1, smallest, largest)[0] as number })),
    apply: (images, parameters) => {
      assertImages("solarize", images);
      const batch = images.shape[0];
      const threshold = parameterTensor<tf.Tensor1D>("solarize", parameters, "threshold", [batch]);
      return solarizePixels(images, tf.reshape(threshold, [batch, 1, 1, 1]));
    },
  };
}
