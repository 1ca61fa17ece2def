import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";
import { constantSchedule, type Schedule } from "./schedule.js";

/**
 * `-learningRate * g`: updates are added, so this is where a gradient becomes a descent.
 *
 * @param learningRate a constant, or a schedule of the step
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative constant
 * @see optax's `scale_by_learning_rate`
 */
export function scaleByLearningRate(learningRate: number | Schedule): GradientTransformation<NoState> {
  if (typeof learningRate === "number") assertRange("learningRate", learningRate, 0);
  const schedule = typeof learningRate === "number" ? constantSchedule(learningRate) : learningRate;
  return {
    init: () => ({}),
    update: (gradients, state, params, step) => {
      const updates = mapGradients(gradients, params, () => {
        const factor = tf.neg(schedule(step));
        return (gradient) => tf.mul(gradient, factor);
      });
      return [updates, state];
    },
  };
}
