import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertRange } from "./assert-range.js";
import { globalNorm } from "./global-norm.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

export interface ClipByGlobalNormOptions {
  /** The largest length that all gradients have together, above 0. */
  readonly maximumNorm: number;
  /** Added to the norm. Default 0, as optax; PyTorch's `clip_grad_norm_` takes 1e-6. */
  readonly epsilon?: number;
}

/**
 * Shortens all gradients by one factor where they are together longer than the maximum:
 *
 *     g * min(1, maximumNorm / (norm + epsilon)),   norm = sqrt(sum of the squares of all gradients' values)
 *
 * First in a chain, so that it sees the gradients as they come. Within {@link masked} the norm is that of the selected.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a maximum that is not above 0, or a negative epsilon
 * @see Pascanu et al. 2013, section 3.2; optax's `clip_by_global_norm`, PyTorch's `clip_grad_norm_`
 * @example
 * ```ts
 * import { chain, clipByGlobalNorm, momentum } from "@simclr/optimizers";
 * const optimizer = chain(clipByGlobalNorm({ maximumNorm: 1 }), momentum({ learningRate: 0.1 }));
 * ```
 */
export function clipByGlobalNorm({
  maximumNorm,
  epsilon = 0,
}: ClipByGlobalNormOptions): GradientTransformation<NoState> {
  if (!(maximumNorm > 0)) throw invalidArgument("maximumNorm", maximumNorm, "a number above 0");
  assertRange("epsilon", epsilon, 0);
  return {
    init: () => ({}),
    update: (gradients, state, params) => {
      const updates = mapGradients(gradients, params, () => {
        const norm = globalNorm(gradients);
        const factor = tf.minimum(tf.div(maximumNorm, epsilon === 0 ? norm : tf.add(norm, epsilon)), 1);
        return (gradient) => tf.mul(gradient, factor);
      });
      return [updates, state];
    },
  };
}
