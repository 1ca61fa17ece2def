import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Schedule } from "./schedule.js";

/**
 * One schedule after another; each counts its steps from 0, so that a warm-up can come before any.
 *
 * @param boundaries the steps at which the second, third, ... schedule begins: one fewer than schedules, growing
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for boundaries of another number, or that do not grow
 * @see optax's `join_schedules`, PyTorch's `SequentialLR`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { joinSchedules, linearSchedule, stepSchedule } from "@simclr/optimizers";
 * const warmup = linearSchedule({ start: 0, end: 0.4, totalSteps: 10 });
 * const schedule = joinSchedules([warmup, stepSchedule({ start: 0.4, factor: 0.1, everySteps: 30 })], [10]);
 * const learningRate = schedule(tf.scalar(40)); // 0.04
 * ```
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const [first, ...later] = schedules;
  if (!first) throw invalidArgument("schedules", "none", "at least one schedule");
  const grows = boundaries.every((step, i) => Number.isInteger(step) && step > (boundaries[i - 1] ?? 0));
  if (boundaries.length !== later.length || !grows) {
    throw invalidArgument("boundaries", boundaries, `${later.length} growing integers above 0, a step for each schedule but the first`); // biome-ignore format: one line
  }
  return (step) =>
    tf.tidy(() => {
      const now: tf.Scalar = tf.cast(step, "float32");
      return later.reduce((rate, schedule, i) => {
        const begin = boundaries[i] as number;
        // Every schedule is evaluated in every step: none may see a step before its own first.
        const own: tf.Scalar = tf.maximum(tf.sub(now, begin), 0);
        return tf.where(tf.less(now, begin), rate, schedule(own));
      }, first(now));
    });
}
