import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

/**
 * `g + weightDecay * w`: L2 regularisation before the momentum, decoupled weight decay after Adam's scaling.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative weight decay
 * @see optax's `add_decayed_weights`
 */
export function addDecayedWeights(weightDecay: number): GradientTransformation<NoState> {
  assertRange("weightDecay", weightDecay, 0);
  return {
    init: () => ({}),
    update: (gradients, state, params) => {
      if (weightDecay === 0) return [gradients, state];
      const updates = mapGradients(gradients, params, () => {
        const factor = tf.scalar(weightDecay);
        return (gradient, parameter) => tf.add(gradient, tf.mul(parameter, factor));
      });
      return [updates, state];
    },
  };
}
