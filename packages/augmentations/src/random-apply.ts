import { fused, invalidArgument, split, type TensorTree, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Augmentation, SampledParameters } from "./augmentation.js";
import { parameterMismatch } from "./errors.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export type RandomApplyParameters<P extends SampledParameters> = {
  /** 1 where the inner augmentation is applied, 0 where the image stays as it is; `[batch]`. */
  readonly applied: readonly number[];
  readonly parameters: P;
};

/**
 * Applies an augmentation to a random part of the images: each one with the given probability, on its own.
 *
 * `applied * inner(images) + (1 - applied) * images`: an image left alone comes back bit by bit.
 *
 * @param augmentation one that keeps the images' size
 * @returns an augmentation with parameters `applied` and the inner one's `parameters`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and the inner augmentation's
 * @see google-research/simclr@383d414 tf2/data_util.py, `random_apply`
 * @example
 * ```ts
 * import { colorJitter, randomApply } from "@simclr/augmentations";
 * const jitter = randomApply(colorJitter({ strength: 0.5 }), 0.8);
 * ```
 */
export function randomApply<P extends SampledParameters>(
  augmentation: Augmentation<P>,
  probability: number,
): Augmentation<RandomApplyParameters<P>> {
  const name = `randomApply(${augmentation.name})`;
  if (!(probability >= 0 && probability <= 1)) throw invalidArgument("probability", probability, "from 0 to 1");
  if (augmentation.outputSize)
    throw invalidArgument("augmentation", augmentation.name, "one that keeps the images' size");
  return {
    name,
    sample: (key, context) => {
      const [chanceKey, innerKey] = split(key, 2);
      const draw = (u: number | undefined) => ({ applied: (u as number) < probability ? 1 : 0 });
      const { applied } = samplePerImage(chanceKey, context, (imageKey) => draw(uniform(imageKey, 1)[0]));
      return { applied, parameters: augmentation.sample(innerKey, context) };
    },
    apply: (images, parameters) => {
      const applied = parameterTensor<tf.Tensor1D>(name, parameters, "applied", [images.shape[0]]);
      const inner = (parameters as { readonly parameters?: P | TensorTree }).parameters;
      if (inner === undefined) throw parameterMismatch(name, "parameters", "a record", "nothing of that name");
      const mask = tf.reshape(applied, [-1, 1, 1, 1]);
      return fused(() => {
        const changed = tf.mul(augmentation.apply(images, inner), mask);
        return tf.add<tf.Tensor4D>(changed, tf.mul(images, tf.sub(1, mask)));
      });
    },
  };
}
