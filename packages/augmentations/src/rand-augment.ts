import { invalidArgument, uniform } from "@simclr/core";
import { applyPolicy, type PolicyParameters } from "./apply-policy.js";
import type { Augmentation } from "./augmentation.js";
import { magnitudeOf, type PolicyOperation, randomOperations } from "./policy-operations.js";
import type { ResampleOptions } from "./resample.js";

export interface RandAugmentOptions extends ResampleOptions {
  /** How many operations an image gets, one after another. Default 2, the paper's N. */
  readonly operationCount?: number;
  /** The level of all of them, a whole number from 0 to `magnitudeBins - 1`. Default 9, the paper's M on ImageNet. */
  readonly magnitude?: number;
  /** How many levels there are. Default 31: the paper's 30 is the highest. */
  readonly magnitudeBins?: number;
}

/**
 * RandAugment: each image gets some operations out of 14, each equally likely and all at one level.
 *
 * none, shear and translate by rows and by columns, rotate, brightness, color, contrast, sharpness, posterize, solarize,
 * auto contrast and equalize. What goes both ways goes either way. Parameters and arithmetic are those of {@link autoAugment}.
 *
 * @returns an augmentation with parameters `operations` and `magnitudes`, `[batch, operationCount]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT, SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Cubuk et al. 2020, "RandAugment"; torchvision's `RandAugment`, whose list and levels these are
 * @example
 * ```ts
 * import { randAugment } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const augmentation = randAugment({ operationCount: 2, magnitude: 9 });
 * const parameters = augmentation.sample(randomKey(1), { batchSize: 2, imageSize: [32, 32] });
 * const augmented = augmentation.apply(tf.fill([2, 32, 32, 3], 0.5), parameters);
 * ```
 */
export function randAugment(options: RandAugmentOptions = {}): Augmentation<PolicyParameters> {
  const { operationCount = 2, magnitude = 9, magnitudeBins = 31 } = options;
  const refuseUnless = (holds: boolean, name: keyof RandAugmentOptions, value: number, expected: string) => {
    if (!(holds && Number.isInteger(value))) throw invalidArgument(name, value, expected);
  };
  refuseUnless(operationCount >= 1, "operationCount", operationCount, "an integer of at least 1");
  refuseUnless(magnitudeBins >= 2, "magnitudeBins", magnitudeBins, "an integer of at least 2");
  const highest = magnitudeBins - 1;
  refuseUnless(magnitude >= 0 && magnitude <= highest, "magnitude", magnitude, `an integer from 0 to ${highest}`);
  return applyPolicy("randAugment", operationCount, options, (imageKey, imageSize) => {
    const draws = uniform(imageKey, 2 * operationCount);
    return Array.from({ length: operationCount }, (_, i) => {
      const operation = randomOperations[
        Math.floor((draws[2 * i] as number) * randomOperations.length)
      ] as PolicyOperation;
      const sign = (draws[2 * i + 1] as number) < 0.5 ? -1 : 1;
      return [operation, magnitudeOf(operation, magnitude / highest, sign, imageSize)];
    });
  });
}
