import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import { progressSchedule } from "./progress-schedule.js";
import type { Schedule } from "./schedule.js";

export interface LinearScheduleOptions {
  /** The learning rate in step 0. */
  readonly start: number;
  /** The learning rate from step `totalSteps` on. */
  readonly end: number;
  readonly totalSteps: number;
}

export interface PolynomialScheduleOptions extends LinearScheduleOptions {
  /** Above 0; 1 is linear, 2 falls fast at first. */
  readonly power: number;
}

/**
 * From one learning rate to another along a power of what is left:
 *
 *     end + (start - end) * (1 - min(step / totalSteps, 1))^power
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative rate, a power that is not above 0, or steps that are not whole
 * @see optax's `polynomial_schedule`; PyTorch's `PolynomialLR`, where `end` is 0
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { polynomialSchedule } from "@simclr/optimizers";
 * const schedule = polynomialSchedule({ start: 1, end: 0, power: 2, totalSteps: 100 });
 * const learningRate = schedule(tf.scalar(50)); // 0.25
 * ```
 */
export function polynomialSchedule({ start, end, power, totalSteps }: PolynomialScheduleOptions): Schedule {
  assertRange("start", start, 0);
  assertRange("end", end, 0);
  if (!(power > 0 && power < Number.POSITIVE_INFINITY)) throw invalidArgument("power", power, "a number above 0");
  return progressSchedule(totalSteps, (progress) => {
    const left: tf.Scalar = tf.sub(1, progress);
    const share = power === 1 ? left : tf.pow<tf.Scalar>(left, power);
    return tf.add(tf.mul(share, start - end), end);
  });
}

/**
 * From one learning rate to another in a straight line: `start + (end - start) * min(step / totalSteps, 1)`. From 0 it is a
 * warm-up, see {@link joinSchedules}.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative rate, or steps that are not whole
 * @see optax's `linear_schedule`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { linearSchedule } from "@simclr/optimizers";
 * const learningRate = linearSchedule({ start: 0.4, end: 0, totalSteps: 100 })(tf.scalar(25)); // 0.3
 * ```
 */
export function linearSchedule(options: LinearScheduleOptions): Schedule {
  return polynomialSchedule({ ...options, power: 1 });
}
