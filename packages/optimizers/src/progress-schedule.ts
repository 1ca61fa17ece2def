import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Schedule } from "./schedule.js";

/**
 * A schedule by the share of its steps that have passed, from 0 to 1, where it stays.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a number of steps that is not whole and above 0
 */
export function progressSchedule(totalSteps: number, of: (progress: tf.Scalar) => tf.Scalar): Schedule {
  if (!Number.isInteger(totalSteps) || totalSteps < 1) {
    throw invalidArgument("totalSteps", totalSteps, "an integer of at least 1");
  }
  return (step) =>
    tf.tidy(() => {
      const passed: tf.Scalar = tf.div(tf.cast(step, "float32"), totalSteps);
      return of(tf.clipByValue(passed, 0, 1));
    });
}
