import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { Schedule } from "./schedule.js";

export interface WarmupCosineOptions {
  /** The learning rate at the end of the warm-up. */
  readonly peak: number;
  /** Steps of linear growth from 0. */
  readonly warmupSteps: number;
  /** Where the cosine reaches 0, warm-up included. */
  readonly totalSteps: number;
}

/**
 * Linear warm-up, then half a cosine to 0:
 *
 *     step < warmup: peak * step / warmup        (0 in step 0)
 *     otherwise:     peak * (1 + cos(pi * (step - warmup) / (total - warmup))) / 2, and 0 after the last step
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for steps that are not whole, or a warm-up as long as the run
 * @see google-research/simclr@383d414 model_util.py, `learning_rate_schedule`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { warmupCosineSchedule } from "@simclr/optimizers";
 * const schedule = warmupCosineSchedule({ peak: 2, warmupSteps: 976, totalSteps: 97657 });
 * const learningRate = schedule(tf.scalar(50000)); // 0.97779
 * ```
 */
export function warmupCosineSchedule({ peak, warmupSteps, totalSteps }: WarmupCosineOptions): Schedule {
  assertRange("peak", peak, 0);
  if (!Number.isInteger(warmupSteps) || warmupSteps < 0) {
    throw invalidArgument("warmupSteps", warmupSteps, "an integer of at least 0");
  }
  if (!Number.isInteger(totalSteps) || totalSteps <= warmupSteps) {
    const remedy = "Train longer, or shorten the warm-up; the reference's is 10 of 100 epochs.";
    throw invalidArgument("totalSteps", totalSteps, `an integer above warmupSteps, ${warmupSteps}`, remedy);
  }
  return (step) =>
    tf.tidy(() => {
      const now: tf.Scalar = tf.cast(step, "float32");
      const decayed = tf.minimum(tf.div(tf.sub(now, warmupSteps), totalSteps - warmupSteps), 1);
      const cosine: tf.Scalar = tf.mul(tf.add(tf.cos(tf.mul(decayed, Math.PI)), 1), peak / 2);
      if (warmupSteps === 0) return cosine;
      return tf.where(tf.less(now, warmupSteps), tf.mul<tf.Scalar>(now, peak / warmupSteps), cosine);
    });
}
