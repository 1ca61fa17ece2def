import { foldIn, invalidArgument, permutation, split } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import { assertLabelled, type BatchMix, mixed, partnersOf } from "./batch-mix.js";
import { parameterTensor } from "./parameter-tensors.js";
import { sampleBeta } from "./sample-beta.js";
import { samplePerImage } from "./sample-per-image.js";

export interface MixupOptions {
  /** Of the beta distribution that the shares are drawn from, above 0. Default 1, uniform; the paper takes 0.2 on ImageNet, 1 on CIFAR. */
  readonly alpha?: number;
  /** Whether every image has a share of its own. Default false: one for the batch, as the paper's code and torchvision. */
  readonly perImage?: boolean;
}

export type MixupParameters = {
  /** The share of the image itself, from 0 to 1, `[batch]`. */
  readonly lambda: readonly number[];
  /** The place of the image it is mixed with, `[batch]`: a permutation. */
  readonly partner: readonly number[];
};

/**
 * Mixup: every image becomes `lambda x + (1 - lambda) x'` with another one of its batch, and its label the same mixture of
 * theirs; `lambda ~ Beta(alpha, alpha)`.
 *
 * @returns a {@link BatchMix} with parameters `lambda` and `partner`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__CORE__SHAPE_MISMATCH,
 * SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization"; its code permutes the batch, torchvision's `MixUp` takes the
 * image before, timm's `Mixup` the batch from its end
 * @example
 * ```ts
 * import { mixup } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const mix = mixup({ alpha: 0.2 });
 * const parameters = mix.sample(randomKey(1), { batchSize: 4, imageSize: [32, 32] });
 * const oneHot = tf.cast(tf.oneHot(tf.tensor1d([0, 2, 1, 0], "int32"), 3), "float32") as tf.Tensor2D;
 * const { images, labels } = mix.apply(tf.ones([4, 32, 32, 3]), oneHot, parameters);
 * const loss = tf.losses.softmaxCrossEntropy(labels, tf.zeros([4, 3]));
 * console.log(images.shape, loss.shape);
 * ```
 */
export function mixup({ alpha = 1, perImage = false }: MixupOptions = {}): BatchMix<MixupParameters> {
  if (!(alpha > 0 && Number.isFinite(alpha))) throw invalidArgument("alpha", alpha, "a finite number above 0");
  return {
    name: "mixup",
    sample: (key, context) => {
      const [shareKey, partnerKey] = split(key, 2);
      const shared = foldIn(shareKey, "batch");
      const draws = samplePerImage(shareKey, context, (imageKey) => ({
        lambda: sampleBeta(perImage ? imageKey : shared, alpha),
      }));
      return { ...draws, partner: [...permutation(partnerKey, context.batchSize)] };
    },
    apply: (images, labels, parameters) => {
      assertLabelled("mixup", images, labels);
      const lambda = parameterTensor<tf.Tensor1D>("mixup", parameters, "lambda", [images.shape[0]]);
      return {
        images: mixed(images, partnersOf("mixup", images, parameters), lambda),
        labels: mixed(labels, partnersOf("mixup", labels, parameters), lambda),
      };
    },
  };
}
