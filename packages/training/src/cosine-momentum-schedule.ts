import { invalidArgument } from "@simclr/core";
import { cosineSchedule, type Schedule } from "@simclr/optimizers";

export interface CosineMomentumOptions {
  /** The momentum of the first step. Default 0.996, BYOL's for 1000 epochs; it takes 0.99 for 300. */
  readonly start?: number;
  /** The momentum of the last. Default 1: the target comes to rest. */
  readonly end?: number;
  readonly totalSteps: number;
}

/**
 * BYOL's momentum, half a cosine from `start` up to `end`:
 *
 *     end - (end - start) (1 + cos(pi step / totalSteps)) / 2,    and `end` from step totalSteps on
 *
 * lightly divides by `totalSteps - 1`, so that the last step has `end` itself; the paper and its code as here.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a momentum outside of [0, 1], or steps that are not whole
 * @see Grill et al. 2020, "Bootstrap Your Own Latent", section 3.2
 * @example
 * ```ts
 * import { cosineMomentumSchedule } from "@simclr/training/step";
 * import * as tf from "@tensorflow/tfjs-core";
 * const momentum = cosineMomentumSchedule({ totalSteps: 1000 });
 * momentum(tf.scalar(500)); // 0.998
 * ```
 */
export function cosineMomentumSchedule({ start = 0.996, end = 1, totalSteps }: CosineMomentumOptions): Schedule {
  for (const [name, value] of Object.entries({ start, end })) assertMomentum(name, value);
  return cosineSchedule({ start, end, totalSteps });
}

/** Refuses a momentum that is not in [0, 1]. */
export function assertMomentum(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw invalidArgument(name, value, "a number from 0 to 1");
}
