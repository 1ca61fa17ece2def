import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { mapGradients } from "./map-gradients.js";

/**
 * Every value of every gradient into [-maximum, maximum].
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a maximum that is not above 0
 * @see optax's `clip`, PyTorch's `clip_grad_value_`
 * @example
 * ```ts
 * import { adam, chain, clipByValue } from "@simclr/optimizers";
 * const optimizer = chain(clipByValue(0.5), adam({ learningRate: 1e-3 }));
 * ```
 */
export function clipByValue(maximum: number): GradientTransformation<NoState> {
  if (!(maximum > 0)) throw invalidArgument("maximum", maximum, "a number above 0");
  return {
    init: () => ({}),
    update: (gradients, state, params) => [
      mapGradients(gradients, params, () => (gradient) => tf.clipByValue(gradient, -maximum, maximum)),
      state,
    ],
  };
}
