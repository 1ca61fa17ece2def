import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export interface AdjustGammaOptions {
  /** Smallest and largest exponent, above 0. Default [0.8, 1.2]: albumentations' `RandomGamma`. */
  readonly gammaRange?: readonly [minimum: number, maximum: number];
  /** Smallest and largest factor, at least 0. Default [1, 1]. */
  readonly gainRange?: readonly [minimum: number, maximum: number];
}

/** Pixels below this are black to the gradient, which the power would make infinite at 0. */
const black = 1e-6;

/**
 * Bends the tones of every image, `gain x^gamma`, cut at 1: an exponent below 1 brightens, one above 1 darkens.
 *
 * @returns an augmentation with parameters `gamma` and `gain`, each `[batch]`; gamma 1 and gain 1 change nothing
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see torchvision's `adjust_gamma`; kornia's `RandomGamma`
 * @example
 * ```ts
 * import { adjustGamma } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const darker = adjustGamma().apply(tf.fill([1, 32, 32, 3], 0.5), { gamma: [2], gain: [1] }); // 0.25
 * ```
 */
export function adjustGamma(options: AdjustGammaOptions = {}): Augmentation<{ gamma: number[]; gain: number[] }> {
  const { gammaRange = [0.8, 1.2], gainRange = [1, 1] } = options;
  if (!(gammaRange[0] > 0 && gammaRange[0] <= gammaRange[1] && Number.isFinite(gammaRange[1]))) {
    throw invalidArgument("gammaRange", gammaRange, "[minimum, maximum] with 0 < minimum <= maximum");
  }
  if (!(gainRange[0] >= 0 && gainRange[0] <= gainRange[1] && Number.isFinite(gainRange[1]))) {
    throw invalidArgument("gainRange", gainRange, "[minimum, maximum] with 0 <= minimum <= maximum");
  }
  return {
    name: "adjustGamma",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [gamma, gain] = [...uniform(imageKey, 2)] as [number, number];
        return {
          gamma: gammaRange[0] + gamma * (gammaRange[1] - gammaRange[0]),
          gain: gainRange[0] + gain * (gainRange[1] - gainRange[0]),
        };
      }),
    apply: (images, parameters) => {
      assertImages("adjustGamma", images);
      const batch = images.shape[0];
      const number = (name: string) =>
        tf.reshape(parameterTensor("adjustGamma", parameters, name, [batch]), [batch, 1, 1, 1]);
      const power = tf.pow(tf.maximum(images, black), tf.sub(number("gamma"), 1));
      return tf.clipByValue(tf.mul<tf.Tensor4D>(tf.mul(images, power), number("gain")), 0, 1);
    },
  };
}
