import { mapTree, type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import type { GradientTransformation } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

export interface TraceOptions {
  /** What is left of the trace after a step, in [0, 1): the momentum. */
  readonly decay: number;
  /** Whether the update looks one step ahead, `g + decay * trace`. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * The decaying sum of gradients: `v = decay * v + g`, and out comes v, or with Nesterov `g + decay * v`.
 *
 * State: the traces by path, zeros at first.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a decay outside [0, 1)
 * @see Sutskever et al. 2013; optax's `trace`
 */
export function trace({ decay, nesterov = false }: TraceOptions): GradientTransformation<Parameters> {
  assertRange("decay", decay, 0, 1);
  return {
    init: (params) => mapTree(params, (tensor) => tf.zerosLike(tensor)),
    update: (gradients, state, params) => {
      const traces = mapGradients(gradients, params, () => {
        const factor = tf.scalar(decay);
        return (gradient, _, path) => tf.add(tf.mul(parameter(state, path), factor), gradient);
      });
      if (!nesterov) return [traces, traces];
      const updates = mapGradients(gradients, params, () => {
        const factor = tf.scalar(decay);
        return (gradient, _, path) => tf.add(gradient, tf.mul(parameter(traces, path), factor));
      });
      return [updates, traces];
    },
  };
}
