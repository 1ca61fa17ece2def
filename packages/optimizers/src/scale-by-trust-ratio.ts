import type { Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

/**
 * LARS's local learning rate, one number for each parameter tensor, from the gradient as it comes:
 *
 *     g * trustCoefficient * ||w|| / ||g||,   and g itself where one of the norms is 0
 *
 * No epsilon; a gradient that holds weight decay already has it in its norm. Others (lightly, solo-learn) add
 * `weightDecay * ||w|| + 1e-8` to the norm of a gradient without it.
 *
 * @param trustCoefficient default 0.001, the reference's `EETA_DEFAULT`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative coefficient
 * @see You et al. 2017; google-research/simclr@383d414 lars_optimizer.py
 */
export function scaleByTrustRatio(trustCoefficient = 0.001): GradientTransformation<NoState> {
  assertRange("trustCoefficient", trustCoefficient, 0);
  return {
    init: () => ({}),
    update: (gradients, state, params) => {
      const paths = Object.keys(gradients);
      const updates = mapGradients(gradients, params, () => {
        // All norms in two vectors: the ratio is a handful of operations, however many parameters there are.
        const parameterNorms = norms(params, paths);
        const gradientNorms = norms(gradients, paths);
        const ratio = tf.div(tf.mul(parameterNorms, trustCoefficient), gradientNorms);
        const both = tf.logicalAnd(tf.greater(parameterNorms, 0), tf.greater(gradientNorms, 0));
        const ratios = tf.unstack(tf.where(both, ratio, tf.onesLike(ratio)));
        const ratioOf = new Map(paths.map((path, i) => [path, ratios[i] as tf.Tensor]));
        return (gradient, _, path) => tf.mul(gradient, ratioOf.get(path) as tf.Tensor);
      });
      return [updates, state];
    },
  };
}

function norms(tensors: Parameters, paths: readonly string[]): tf.Tensor {
  return tf.sqrt(tf.stack(paths.map((path) => tf.sum(tf.square(tensors[path] as tf.Tensor)))));
}
