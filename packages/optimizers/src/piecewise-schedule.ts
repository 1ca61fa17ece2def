import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { Schedule } from "./schedule.js";

export interface PiecewiseScheduleOptions {
  /** The learning rate in step 0. */
  readonly start: number;
  /** By the step from which on it counts: what the learning rate is multiplied by. `{ 30000: 0.1, 60000: 0.1 }`. */
  readonly factors: Readonly<Record<number, number>>;
}

/**
 * A learning rate that is multiplied by a factor at some steps: `start * product of factors[s] for all s <= step`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative rate or factor, or steps that are not whole
 * @see optax's `piecewise_constant_schedule`, PyTorch's `MultiStepLR`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { piecewiseSchedule } from "@simclr/optimizers";
 * const schedule = piecewiseSchedule({ start: 0.1, factors: { 60: 0.1, 80: 0.1 } });
 * const learningRate = schedule(tf.scalar(60)); // 0.01
 * ```
 */
export function piecewiseSchedule({ start, factors }: PiecewiseScheduleOptions): Schedule {
  assertRange("start", start, 0);
  const changes = Object.entries(factors).map(([step, factor]) => [Number(step), factor] as const);
  for (const [step, factor] of changes) {
    if (!Number.isInteger(step) || step < 0) throw invalidArgument("factors", step, "steps that are integers from 0");
    assertRange(`factors[${step}]`, factor, 0);
  }
  changes.sort(([a], [b]) => a - b);
  return (step) =>
    tf.tidy(() => {
      const now: tf.Scalar = tf.cast(step, "float32");
      let value = start;
      let rate: tf.Scalar = tf.scalar(start);
      for (const [from, factor] of changes) {
        value *= factor;
        rate = tf.where(tf.less(now, from), rate, tf.scalar(value));
      }
      return rate;
    });
}

export interface StepScheduleOptions {
  /** The learning rate in step 0. */
  readonly start: number;
  /** What the learning rate is multiplied by, at least 0. */
  readonly factor: number;
  readonly everySteps: number;
}

/**
 * A learning rate that is multiplied by a factor again and again: `start * factor^floor(step / everySteps)`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative rate or factor, or steps that are not whole
 * @see optax's `exponential_decay` with `staircase`, PyTorch's `StepLR`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { stepSchedule } from "@simclr/optimizers";
 * const learningRate = stepSchedule({ start: 0.1, factor: 0.5, everySteps: 30 })(tf.scalar(60)); // 0.025
 * ```
 */
export function stepSchedule({ start, factor, everySteps }: StepScheduleOptions): Schedule {
  assertRange("start", start, 0);
  assertRange("factor", factor, 0);
  if (!Number.isInteger(everySteps) || everySteps < 1) {
    throw invalidArgument("everySteps", everySteps, "an integer of at least 1");
  }
  return (step) =>
    tf.tidy(() => {
      const times = tf.floor(tf.div(tf.cast(step, "float32"), everySteps));
      return tf.mul<tf.Scalar>(tf.pow(factor, times), start);
    });
}
