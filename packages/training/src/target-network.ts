import { mapTree, type Parameters } from "@simclr/core";
import type { Schedule } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { assertMomentum } from "./cosine-momentum-schedule.js";
import { exponentialMovingAverage } from "./exponential-moving-average.js";
import type { NetworkVariables } from "./network.js";

/** A constant, or a function of the steps made. */
export type Momentum = number | Schedule;

/** Refuses a constant momentum that is not in [0, 1]. */
export function refuseMomentum(momentum: Momentum): void {
  if (typeof momentum !== "function") assertMomentum("momentum", momentum);
}

/** A copy of a network's numbers, owned by the caller: the target before the first step. */
export function copyNetwork({ params, batchStats }: NetworkVariables): NetworkVariables {
  return mapTree({ params, batchStats }, (tensor) => tf.clone(tensor));
}

/**
 * The target after a step: parameters follow the trained ones; batch statistics are the target's own, of its own forward
 * pass, as in the papers' code.
 */
export function followNetwork(
  target: NetworkVariables,
  batchStats: Parameters,
  params: Parameters,
  momentum: Momentum,
  step: tf.Scalar,
): NetworkVariables {
  const now = typeof momentum === "function" ? momentum(step) : momentum;
  return { params: exponentialMovingAverage(target.params, params, now), batchStats };
}
