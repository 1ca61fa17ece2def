import { invalidArgument, randomIntegers } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";
import { posterizePixels } from "./tone-operations.js";

export interface PosterizeOptions {
  /** Fewest and most bits that are kept, whole numbers from 1 to 8. Default [4, 8]: AutoAugment's. */
  readonly bitsRange?: readonly [minimum: number, maximum: number];
}

/**
 * Keeps the highest bits of every byte, `floor(255 x / 2^(8 - bits)) 2^(8 - bits) / 255`, after rounding pixels to bytes. Its
 * gradient is that of no change, since rounding has none.
 *
 * @returns an augmentation with parameter `bits`, `[batch]`, whole numbers, each equally likely
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see PIL's `ImageOps.posterize`, which it equals on bytes; Cubuk et al. 2019, "AutoAugment"
 * @example
 * ```ts
 * import { posterize } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const fourLevels = posterize().apply(tf.fill([1, 32, 32, 3], 0.7), { bits: [2] });
 * ```
 */
export function posterize({ bitsRange = [4, 8] }: PosterizeOptions = {}): Augmentation<{ bits: number[] }> {
  const [fewest, most] = bitsRange;
  if (!(bitsRange.every(Number.isInteger) && fewest >= 1 && fewest <= most && most <= 8)) {
    throw invalidArgument(
      "bitsRange",
      bitsRange,
      "[minimum, maximum], whole numbers with 1 <= minimum <= maximum <= 8",
    );
  }
  return {
    name: "posterize",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => ({
        bits: randomIntegers(imageKey, 1, fewest, most + 1)[0] as number,
      })),
    apply: (images, parameters) => {
      assertImages("posterize", images);
      const batch = images.shape[0];
      const bits = parameterTensor<tf.Tensor1D>("posterize", parameters, "bits", [batch]);
      return posterizePixels(images, tf.reshape(bits, [batch, 1, 1, 1]));
    },
  };
}
