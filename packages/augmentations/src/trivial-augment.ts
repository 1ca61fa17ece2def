import { uniform } from "@simclr/core";
import { applyPolicy, type PolicyParameters } from "./apply-policy.js";
import type { Augmentation } from "./augmentation.js";
import { magnitudeOf, type PolicyOperation, randomOperations, wideMagnitudeRanges } from "./policy-operations.js";
import type { ResampleOptions } from "./resample.js";

const highestLevel = 30;

/**
 * TrivialAugment, "wide": each image gets one operation out of RandAugment's 14 at a random level out of 31. There is nothing
 * to tune: shears up to 0.99, shifts up to 32 pixels, angles up to 135 degrees, factors from 0.01 to 1.99, 2 to 8 bits.
 *
 * @returns an augmentation with parameters `operations` and `magnitudes`, `[batch, 1]`, as {@link autoAugment}'s
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT, SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Müller and Hutter 2021, "TrivialAugment"; torchvision's `TrivialAugmentWide`, whose list and levels these are
 * @example
 * ```ts
 * import { trivialAugment } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const augmentation = trivialAugment();
 * const parameters = augmentation.sample(randomKey(1), { batchSize: 2, imageSize: [32, 32] });
 * const augmented = augmentation.apply(tf.fill([2, 32, 32, 3], 0.5), parameters);
 * ```
 */
export function trivialAugment(options: ResampleOptions = {}): Augmentation<PolicyParameters> {
  return applyPolicy("trivialAugment", 1, options, (imageKey, imageSize) => {
    const [choice, level, side] = uniform(imageKey, 3) as unknown as [number, number, number];
    const operation = randomOperations[Math.floor(choice * randomOperations.length)] as PolicyOperation;
    const strength = Math.floor(level * (highestLevel + 1)) / highestLevel;
    const sign = side < 0.5 ? -1 : 1;
    return [[operation, magnitudeOf(operation, strength, sign, imageSize, wideMagnitudeRanges)]];
  });
}
