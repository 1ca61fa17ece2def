import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import { progressSchedule } from "./progress-schedule.js";
import type { Schedule } from "./schedule.js";

export interface CosineScheduleOptions {
  /** The learning rate in step 0. */
  readonly start: number;
  /** The learning rate from step `totalSteps` on. Default 0; optax names it as a share of the start, `alpha`. */
  readonly end?: number;
  readonly totalSteps: number;
}

/**
 * Half a cosine from one learning rate to another, without warm-up:
 *
 *     end + (start - end) * (1 + cos(pi * min(step / totalSteps, 1))) / 2
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative rate, or steps that are not whole
 * @see Loshchilov and Hutter 2017 (SGDR), equation 5, without restarts; optax's `cosine_decay_schedule`, PyTorch's
 *   `CosineAnnealingLR`, which rises again after its last step where this stays
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { cosineSchedule } from "@simclr/optimizers";
 * const learningRate = cosineSchedule({ start: 0.2, totalSteps: 100 })(tf.scalar(50)); // 0.1
 * ```
 */
export function cosineSchedule({ start, end = 0, totalSteps }: CosineScheduleOptions): Schedule {
  assertRange("start", start, 0);
  assertRange("end", end, 0);
  return progressSchedule(totalSteps, (progress) => {
    const half: tf.Scalar = tf.mul(tf.add(tf.cos(tf.mul(progress, Math.PI)), 1), 0.5);
    return tf.add(tf.mul(half, start - end), end);
  });
}
