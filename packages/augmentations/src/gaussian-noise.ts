import { invalidArgument, randomIntegers, split, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { noiseField, noiseKeyLength, noisePrime } from "./noise-field.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export interface GaussianNoiseOptions {
  /** Smallest and largest standard deviation. Default [0, 0.2]; SimCLR's figure 4 does not say. */
  readonly sigmaRange?: readonly [minimum: number, maximum: number];
}

export type GaussianNoiseParameters = {
  /** Standard deviation, `[batch]`. */
  readonly sigma: readonly number[];
  /** What the image's noise follows from: three integers in [0, 4091); `[batch, 3]`. */
  readonly key: readonly (readonly number[])[];
};

/**
 * Adds normal noise to every channel of every pixel, each on its own, and clips to [0, 1].
 *
 * Chance is drawn on the host, and a number for each pixel would be as large as the images: each image gets a key of three
 * numbers, from which the device computes its noise. The same key and size give the same noise, on every backend.
 *
 * @returns an augmentation with parameters `sigma`, `[batch]`, and `key`, `[batch, 3]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE,
 * and SIMCLR_ERROR__CORE__INVALID_ARGUMENT for images with a side above 4091
 * @see SimCLR, figure 4
 * @example
 * ```ts
 * import { gaussianNoise } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const noisy = gaussianNoise().apply(tf.fill([1, 32, 32, 3], 0.5), { sigma: [0.1], key: [[12, 4000, 7]] });
 * ```
 */
export function gaussianNoise({
  sigmaRange = [0, 0.2],
}: GaussianNoiseOptions = {}): Augmentation<GaussianNoiseParameters> {
  const [smallest, largest] = sigmaRange;
  if (!(smallest >= 0 && smallest <= largest && Number.isFinite(largest))) {
    throw invalidArgument("sigmaRange", sigmaRange, "[minimum, maximum] with 0 <= minimum <= maximum");
  }
  return {
    name: "gaussianNoise",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [sigmaKey, noiseKey] = split(imageKey, 2);
        return {
          sigma: uniform(sigmaKey, 1, smallest, largest)[0] as number,
          key: [...randomIntegers(noiseKey, noiseKeyLength, 0, noisePrime)],
        };
      }),
    apply: (images, parameters) => {
      assertImages("gaussianNoise", images);
      const [batch, height, width] = images.shape;
      if (Math.max(height, width) > noisePrime) {
        throw invalidArgument("images", images.shape, `at most ${noisePrime} pixels high and wide`);
      }
      const sigma = parameterTensor<tf.Tensor1D>("gaussianNoise", parameters, "sigma", [batch]);
      const key = parameterTensor<tf.Tensor2D>("gaussianNoise", parameters, "key", [batch, noiseKeyLength]);
      const noise = tf.mul(noiseField(key, images.shape), tf.reshape(sigma, [batch, 1, 1, 1]));
      return tf.clipByValue(tf.add<tf.Tensor4D>(images, noise), 0, 1);
    },
  };
}
