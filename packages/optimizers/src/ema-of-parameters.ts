import { mapTree, type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import { applyUpdates, type GradientTransformation } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";
import { tidied } from "./tidied.js";

export interface EmaOfParametersOptions {
  /** What is left of the average after a step, in [0, 1). */
  readonly decay: number;
  /**
   * Whether the average forgets where the parameters began, from the first step on: optax's `debias`. Default true.
   * Without it the average begins with the parameters of `init`, as PyTorch's `get_ema_multi_avg_fn` does.
   */
  readonly debias?: boolean;
}

/**
 * Follows the parameters by an exponential moving average, which is its state; the updates pass through as they are.
 * With w the parameters after the step and t = step + 1:
 *
 *     debias:     average = average + (1 - decay) / (1 - decay^t) * (w - average)
 *     otherwise:  average = average + (1 - decay) * (w - average)
 *
 * The first is the average of optax's `ema`, which keeps a sum that starts from zeros and divides it, without the second
 * copy. Last in a chain: it takes what comes in for what {@link applyUpdates} will add.
 *
 * State: the averages by path, owned by the caller.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a decay outside [0, 1)
 * @see Polyak and Juditsky 1992; Kingma and Ba 2015, section 7.2; optax's `ema`
 * @example
 * ```ts
 * import { adam, chain, emaOfParameters } from "@simclr/optimizers";
 * import * as tf from "@tensorflow/tfjs-core";
 * const optimizer = chain(adam({ learningRate: 0.1 }), emaOfParameters({ decay: 0.99 }));
 * const params = { weight: tf.ones([2]) };
 * const gradients = { weight: tf.ones([2]) };
 * const [, state] = optimizer.update(gradients, optimizer.init(params), params, tf.scalar(0));
 * const averages = state[1]; // weight: [0.9, 0.9]
 * ```
 */
export function emaOfParameters({ decay, debias = true }: EmaOfParametersOptions): GradientTransformation<Parameters> {
  assertRange("decay", decay, 0, 1);
  return {
    init: (params) => mapTree(params, (tensor) => tf.clone(tensor)),
    update: (gradients, state, params, step) => {
      const averages = tidied(() => {
        const next = applyUpdates(params, gradients);
        return mapGradients(gradients, params, () => {
          const share = debias ? debiasedShare(decay, step) : tf.scalar(1 - decay);
          return (_, __, path) => {
            const average = parameter(state, path);
            return tf.add(average, tf.mul(tf.sub(parameter(next, path), average), share));
          };
        });
      });
      return [gradients, averages];
    },
  };
}

/** (1 - decay) / (1 - decay^(step + 1)): 1 in the first step, whose parameters are then the average. */
function debiasedShare(decay: number, step: tf.Scalar): tf.Scalar {
  if (decay === 0) return tf.scalar(1);
  const t: tf.Scalar = tf.add(tf.cast(step, "float32"), 1);
  return tf.div(1 - decay, tf.neg(tf.expm1(tf.mul<tf.Scalar>(t, Math.log(decay)))));
}
