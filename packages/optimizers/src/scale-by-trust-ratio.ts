import { type Parameters, sumOfSquares } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";
import type { Schedule } from "./schedule.js";

export interface TrustRatioOptions {
  /**
   * Added here, for gradients that come without it: `g + weightDecay w`, and `weightDecay ||w||` to the norm. Default 0.
   * It is not added where the ratio is 1.
   */
  readonly weightDecay?: number;
  /** Added to the norm of the gradient. Default 0; lightly and solo-learn take 1e-8. */
  readonly epsilon?: number;
  /** A learning rate that the ratio times it does not exceed: `min(ratio / clip, 1)`. Default: none. */
  readonly clip?: number | Schedule;
}

/**
 * LARS's local learning rate, one number for each parameter tensor, from the gradient as it comes:
 *
 *     g * trustCoefficient * ||w|| / ||g||,   and g itself where one of the norms is 0
 *
 * No epsilon; a gradient that holds weight decay already has it in its norm. Others (lightly, solo-learn) add
 * `weightDecay * ||w|| + 1e-8` to the norm of a gradient without it: that is what the options are for.
 *
 * @param trustCoefficient default 0.001, the reference's `EETA_DEFAULT`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative number
 * @see You et al. 2017; google-research/simclr@383d414 lars_optimizer.py; solo-learn@9187ea3 solo/utils/lars.py
 */
export function scaleByTrustRatio(
  trustCoefficient = 0.001,
  { weightDecay = 0, epsilon = 0, clip }: TrustRatioOptions = {},
): GradientTransformation<NoState> {
  for (const [name, value] of Object.entries({ trustCoefficient, weightDecay, epsilon })) assertRange(name, value, 0);
  if (typeof clip === "number") assertRange("clip", clip, 0);
  return {
    init: () => ({}),
    update: (gradients, state, params, step) => {
      const paths = Object.keys(gradients);
      const updates = mapGradients(gradients, params, () => {
        // All norms in two vectors: the ratio is a handful of operations, however many parameters there are.
        const parameterNorms = norms(params, paths);
        const gradientNorms = norms(gradients, paths);
        const decayed = weightDecay > 0 ? tf.add(gradientNorms, tf.mul(parameterNorms, weightDecay)) : gradientNorms;
        const length = epsilon > 0 ? tf.add(decayed, epsilon) : decayed;
        const ratio = tf.div(tf.mul(parameterNorms, trustCoefficient), length);
        const both = tf.logicalAnd(tf.greater(parameterNorms, 0), tf.greater(gradientNorms, 0));
        const ratios = byPath(paths, tf.where(both, clipped(ratio, clip, step), tf.onesLike(ratio)));
        if (weightDecay === 0) return (gradient, _, path) => tf.mul(gradient, ratios.get(path) as tf.Tensor);
        const decays = byPath(paths, tf.mul(tf.cast(both, "float32"), weightDecay));
        return (gradient, parameter, path) => {
          const whole = tf.add(gradient, tf.mul(parameter, decays.get(path) as tf.Tensor));
          return tf.mul(whole, ratios.get(path) as tf.Tensor);
        };
      });
      return [updates, state];
    },
  };
}

function clipped(ratio: tf.Tensor, clip: TrustRatioOptions["clip"], step: tf.Scalar): tf.Tensor {
  if (clip === undefined) return ratio;
  return tf.minimum(tf.div(ratio, typeof clip === "number" ? clip : clip(step)), 1);
}

function byPath(paths: readonly string[], vector: tf.Tensor): Map<string, tf.Tensor> {
  const values = tf.unstack(vector);
  return new Map(paths.map((path, i) => [path, values[i] as tf.Tensor]));
}

function norms(tensors: Parameters, paths: readonly string[]): tf.Tensor {
  return tf.sqrt(tf.stack(paths.map((path) => sumOfSquares(tensors[path] as tf.Tensor))));
}
