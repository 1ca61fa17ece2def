import { invalidArgument, uniform } from "@simclr/core";
import { applyPolicy, type PolicyParameters } from "./apply-policy.js";
import type { Augmentation } from "./augmentation.js";
import { type AutoAugmentPolicy, autoAugmentPolicies } from "./auto-augment-policy.js";
import { magnitudeOf } from "./policy-operations.js";
import type { ResampleOptions } from "./resample.js";

export interface AutoAugmentOptions extends ResampleOptions {
  /** Default `"imagenet"`, which SimCLR compares with. */
  readonly policy?: AutoAugmentPolicy;
}

/**
 * AutoAugment: each image gets one of its policy's 25 pairs of operations, each of the two with its probability.
 *
 * | | operation | magnitude |
 * | --- | --- | --- |
 * | 0 | none | none |
 * | 1, 11 | shear rows, columns, about the upper left corner | pixels a row, a column |
 * | 2 | rotate | degrees, counter-clockwise |
 * | 3, 4, 5, 14 | color, contrast, sharpness, brightness | factor, 1 changes nothing |
 * | 6 | posterize | bits kept |
 * | 7 | solarize | threshold in [0, 1] |
 * | 8, 9, 10 | invert, auto contrast, equalize | none |
 * | 12, 13 | translate to the right, down | whole pixels |
 *
 * Every operation runs on the whole batch and is kept where it is an image's: one static graph. Magnitudes are torchvision's.
 * Pixels between pixels are read linearly, where PIL and torchvision take the nearest (`interpolation: "nearest"`). Between two
 * operations nothing is rounded to bytes.
 *
 * @returns an augmentation with parameters `operations` and `magnitudes`, `[batch, 2]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT, SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Cubuk et al. 2019, "AutoAugment", tables 7 to 9; torchvision's `AutoAugment`; SimCLR, table 1, compares with ImageNet's
 * @example
 * ```ts
 * import { autoAugment } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const policy = autoAugment({ policy: "cifar10" });
 * const parameters = policy.sample(randomKey(1), { batchSize: 2, imageSize: [32, 32] });
 * const augmented = policy.apply(tf.fill([2, 32, 32, 3], 0.5), parameters);
 * ```
 */
export function autoAugment(options: AutoAugmentOptions = {}): Augmentation<PolicyParameters> {
  const { policy = "imagenet" } = options;
  const pairs = autoAugmentPolicies[policy];
  if (!pairs) throw invalidArgument("policy", policy, 'one of "imagenet", "cifar10", "svhn"');
  return applyPolicy("autoAugment", 2, options, (imageKey, imageSize) => {
    const [choice, ...draws] = uniform(imageKey, 5) as unknown as [number, number, number, number, number];
    const pair = pairs[Math.floor(choice * pairs.length)] as (typeof pairs)[number];
    return pair.map(([operation, probability, level], i) => {
      if (!((draws[i] as number) < probability)) return ["none", 0];
      const sign = (draws[i + 2] as number) < 0.5 ? -1 : 1;
      return [operation, magnitudeOf(operation, level / 9, sign, imageSize)];
    });
  });
}
