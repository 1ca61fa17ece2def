import { uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { affineTransform } from "./affine-transform.js";
import { assertGrayOrColor } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import {
  type AutoAugmentOperation,
  autoAugmentOperations,
  imageNetPolicy,
  magnitudeOf,
} from "./auto-augment-policy.js";
import { equalizePixels } from "./equalize-pixels.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";
import {
  adjustColor,
  adjustContrast,
  adjustSharpness,
  posterizePixels,
  solarizePixels,
  stretchContrast,
} from "./tone-operations.js";

export type AutoAugmentParameters = {
  /** Which operation comes first and which second: 0 none, then as the table's rows; `[batch, 2]`. */
  readonly operations: readonly (readonly number[])[];
  /** Their magnitudes, `[batch, 2]`. */
  readonly magnitudes: readonly (readonly number[])[];
};

/**
 * AutoAugment's ImageNet policy: each image gets one of 25 pairs of operations, each of the two with its probability.
 *
 * | | operation | magnitude |
 * | --- | --- | --- |
 * | 1 | shear rows about the upper left corner | pixels a row |
 * | 2 | rotate | degrees, counter-clockwise |
 * | 3, 4, 5 | color, contrast, sharpness | factor, 1 changes nothing |
 * | 6 | posterize | bits kept |
 * | 7 | solarize | threshold in [0, 1] |
 * | 8, 9, 10 | invert, auto contrast, equalize | none |
 *
 * Every operation runs on the whole batch and is kept where it is an image's: one static graph. Magnitudes are torchvision's;
 * shear and rotation read between pixels linearly, where PIL takes the nearest. Between two operations nothing is
 * rounded to bytes.
 *
 * @returns an augmentation with parameters `operations` and `magnitudes`
 * @throws SIMCLR_ERROR__AUGMENTATIONS__CHANNEL_COUNT, SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see Cubuk et al. 2019, "AutoAugment", table 9; SimCLR, table 1, compares with it
 * @example
 * ```ts
 * import { autoAugment } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const policy = autoAugment();
 * const parameters = policy.sample(randomKey(1), { batchSize: 2, imageSize: [32, 32] });
 * const augmented = policy.apply(tf.fill([2, 32, 32, 3], 0.5), parameters);
 * ```
 */
export function autoAugment(): Augmentation<AutoAugmentParameters> {
  return {
    name: "autoAugment",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [choice, ...draws] = uniform(imageKey, 5) as unknown as [number, number, number, number, number];
        const pair = imageNetPolicy[Math.floor(choice * imageNetPolicy.length)] ?? [];
        const steps = pair.map(([operation, probability, level], i) => {
          if (!((draws[i] as number) < probability)) return [0, 0] as const;
          const sign = (draws[i + 2] as number) < 0.5 ? -1 : 1;
          return [autoAugmentOperations.indexOf(operation), magnitudeOf(operation, level, sign)] as const;
        });
        return { operations: steps.map(([operation]) => operation), magnitudes: steps.map(([, size]) => size) };
      }),
    apply: (images, parameters) => {
      assertGrayOrColor("autoAugment", images);
      const batch = images.shape[0];
      const turns = (name: keyof AutoAugmentParameters) =>
        tf.split(parameterTensor<tf.Tensor2D>("autoAugment", parameters, name, [batch, 2]), 2, 1);
      const magnitudes = turns("magnitudes");
      return turns("operations").reduce<tf.Tensor4D>(
        (seen, turn, i) => operateOnce(seen, turn, magnitudes[i] as tf.Tensor),
        images,
      );
    },
  };
}

/** Every image gets the one operation whose turn it is. */
function operateOnce(images: tf.Tensor4D, turn: tf.Tensor, magnitude: tf.Tensor): tf.Tensor4D {
  const batch = images.shape[0];
  const isTurnOf = (name: AutoAugmentOperation) =>
    tf.reshape(tf.cast(tf.equal(turn, autoAugmentOperations.indexOf(name)), "float32"), [batch, 1, 1, 1]);
  const strengthOf = (name: AutoAugmentOperation, neutral: number) => {
    const chosen = isTurnOf(name);
    // Not neutral + chosen * (magnitude - neutral), which would round a threshold off a pixel that equals it.
    return tf.add(tf.mul(chosen, tf.reshape(magnitude, [batch, 1, 1, 1])), tf.mul(tf.sub(1, chosen), neutral));
  };
  const radians = tf.reshape<tf.Rank.R1>(tf.mul(strengthOf("rotate", 0), Math.PI / 180), [batch]);
  const slope = tf.reshape<tf.Rank.R1>(strengthOf("shearX", 0), [batch]);
  const [sine, cosine] = [tf.sin(radians), tf.cos(radians)];
  // One of the two is at rest. The shear's fixed row is the top edge, half the height above the middle.
  const map = { a: cosine, b: tf.sub<tf.Tensor1D>(slope, sine), c: sine, d: cosine, f: 0 };
  const shift = tf.mul<tf.Tensor1D>(slope, images.shape[1] / 2);
  const moved = tf.clipByValue(affineTransform(images, { ...map, e: shift }), 0, 1);
  const colored = adjustColor(moved, strengthOf("color", 1));
  const contrasted = adjustContrast(colored, strengthOf("contrast", 1));
  const sharpened = adjustSharpness(contrasted, strengthOf("sharpness", 1));
  // Above every pixel nothing is inverted.
  const solarized = solarizePixels(sharpened, tf.mul(strengthOf("solarize", 2), tf.sub(1, isTurnOf("invert"))));
  const where = (name: AutoAugmentOperation, changed: tf.Tensor4D, kept: tf.Tensor4D) =>
    tf.add<tf.Tensor4D>(tf.mul(changed, isTurnOf(name)), tf.mul(kept, tf.sub(1, isTurnOf(name))));
  const posterized = where("posterize", posterizePixels(solarized, strengthOf("posterize", 8)), solarized);
  const stretched = where("autoContrast", stretchContrast(posterized), posterized);
  return where("equalize", equalizePixels(stretched), stretched);
}
