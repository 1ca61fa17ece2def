import { invalidArgument, split, type TensorTree, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { SampledParameters } from "./augmentation.js";
import { assertLabelled, type BatchMix, type LabelledImages } from "./batch-mix.js";
import { parameterMismatch } from "./errors.js";
import { parameterTensor } from "./parameter-tensors.js";

export interface RandomMixOptions {
  /** How often each one is chosen beside the others, at least 0, one above. Default: equally often. */
  readonly weights?: readonly number[];
  /** Of a batch to be mixed at all, from 0 to 1. Default 1; CutMix's paper takes 0.5 on CIFAR. */
  readonly probability?: number;
}

export type RandomMixParameters = {
  /** Which of the mixes, from 0, or -1 for none; `[batch]`, the same for all of it. */
  readonly chosen: readonly number[];
  /** Each mix's own, of those not chosen too. */
  readonly mixes: readonly SampledParameters[];
};

/**
 * Mixes a batch by one of several ways, chosen at random for every batch, or leaves it as it is, bit by bit.
 *
 * All of them are applied and one is taken, so that what is computed does not depend on chance and can be compiled.
 *
 * @returns a {@link BatchMix} with parameters `chosen` and the `mixes`' own
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__CORE__SHAPE_MISMATCH,
 * SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see torchvision's `RandomChoice` of `MixUp` and `CutMix`, which its reference for ImageNet trains with; timm's `Mixup`,
 * `switch_prob` and `prob`
 * @example
 * ```ts
 * import { cutmix, mixup, randomMix } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * const mix = randomMix([mixup({ alpha: 0.2 }), cutmix()], { probability: 0.9 });
 * const { chosen } = mix.sample(randomKey(1), { batchSize: 4, imageSize: [32, 32] });
 * console.log(mix.name, chosen);
 * ```
 */
export function randomMix(mixes: readonly BatchMix[], options: RandomMixOptions = {}): BatchMix<RandomMixParameters> {
  const { weights = mixes.map(() => 1), probability = 1 } = options;
  const name = `randomMix(${mixes.map((mix) => mix.name).join(", ")})`;
  if (mixes.length === 0) throw invalidArgument("mixes", mixes, "at least one");
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length !== mixes.length || !weights.every((weight) => weight >= 0) || !(total > 0 && total < Infinity)) {
    throw invalidArgument("weights", weights, `${mixes.length} finite numbers of at least 0, one above`);
  }
  if (!(probability >= 0 && probability <= 1)) throw invalidArgument("probability", probability, "from 0 to 1");
  return {
    name,
    sample: (key, context) => {
      const [chanceKey, ...keys] = split(key, mixes.length + 1);
      const [applies, which] = uniform(chanceKey as typeof key, 2) as unknown as [number, number];
      const chosen = applies < probability ? place(weights, which * total) : -1;
      return {
        chosen: Array.from({ length: context.batchSize }, () => chosen),
        mixes: mixes.map((mix, i) => mix.sample(keys[i] as typeof key, context)),
      };
    },
    apply: (images, labels, parameters) => {
      assertLabelled(name, images, labels);
      const chosen = parameterTensor<tf.Tensor1D>(name, parameters, "chosen", [images.shape[0]]);
      const own = (parameters as { readonly mixes?: readonly (SampledParameters | TensorTree)[] }).mixes;
      if (own?.length !== mixes.length) {
        throw parameterMismatch(name, "mixes", `a list of ${mixes.length}`, `${own?.length ?? "no list"}`);
      }
      const unmixed: LabelledImages = { images, labels };
      const all = [unmixed, ...mixes.map((mix, i) => mix.apply(images, labels, own[i] as TensorTree))];
      const taken = (part: keyof LabelledImages) =>
        all
          .map((one, i) => {
            const mask = tf.cast(tf.equal(chosen, i - 1), "float32");
            return tf.mul(one[part], tf.reshape(mask, [-1, ...one[part].shape.slice(1).map(() => 1)]));
          })
          .reduce((sum, one) => tf.add(sum, one));
      return { images: taken("images") as tf.Tensor4D, labels: taken("labels") as tf.Tensor2D };
    },
  };
}

/** The first place whose weights, summed up to it, are above a number. */
function place(weights: readonly number[], at: number): number {
  let sum = 0;
  return weights.findIndex((weight) => {
    sum += weight;
    return at < sum;
  });
}
