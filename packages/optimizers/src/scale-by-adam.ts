import { mapTree, type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

export interface AdamMoments extends Readonly<Record<string, Parameters>> {
  readonly firstMoment: Parameters;
  readonly secondMoment: Parameters;
}

export interface ScaleByAdamOptions {
  /** Decay of the first moment. Default 0.9, Kingma and Ba 2015. */
  readonly beta1?: number;
  /** Decay of the second moment. Default 0.999, Kingma and Ba 2015. */
  readonly beta2?: number;
  /** Added to the square root. Default 1e-8, Kingma and Ba 2015. */
  readonly epsilon?: number;
}

/**
 * Adam's scaling, with t = step + 1:
 *
 *     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *     out = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a beta outside [0, 1) or a negative epsilon
 * @see Kingma and Ba 2015, algorithm 1; optax's `scale_by_adam`
 */
export function scaleByAdam(options: ScaleByAdamOptions = {}): GradientTransformation<AdamMoments> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  assertRange("beta1", beta1, 0, 1);
  assertRange("beta2", beta2, 0, 1);
  assertRange("epsilon", epsilon, 0);
  const zeros = (params: Parameters) => mapTree(params, (tensor) => tf.zerosLike(tensor));
  return {
    init: (params) => ({ firstMoment: zeros(params), secondMoment: zeros(params) }),
    update: (gradients, state, params, step) => {
      const follow = (moments: Parameters, beta: number, of: (gradient: tf.Tensor) => tf.Tensor) =>
        mapGradients(gradients, params, () => {
          const [kept, added] = [tf.scalar(beta), tf.scalar(1 - beta)];
          return (g, _, path) => tf.add(tf.mul(parameter(moments, path), kept), tf.mul(of(g), added));
        });
      const firstMoment = follow(state.firstMoment, beta1, (gradient) => gradient);
      const secondMoment = follow(state.secondMoment, beta2, (gradient) => tf.square(gradient));
      const updates = mapGradients(gradients, params, () => {
        const [correction1, correction2] = [correction(beta1, step), correction(beta2, step)];
        const floor = tf.scalar(epsilon);
        return (_, __, path) => {
          const deviation = tf.sqrt(tf.div(parameter(secondMoment, path), correction2));
          return tf.div(tf.div(parameter(firstMoment, path), correction1), tf.add(deviation, floor));
        };
      });
      return [updates, { firstMoment, secondMoment }];
    },
  };
}

/** 1 - beta^(step + 1), without the digits that float32 loses when beta^t is near 1. */
function correction(beta: number, step: tf.Scalar): tf.Scalar {
  if (beta === 0) return tf.scalar(1);
  const t: tf.Scalar = tf.add(tf.cast(step, "float32"), 1);
  return tf.neg(tf.expm1(tf.mul<tf.Scalar>(t, Math.log(beta))));
}
