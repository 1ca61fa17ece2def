import {
  lossAndGradients as anyLossAndGradients,
  type LossAndGradients,
  type Parameters,
  type TensorTree,
} from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/**
 * `lossAndGradients` of @simclr/core for a loss that has to depend on every parameter.
 *
 * @returns tensors of the surrounding tidy; borrows `params`
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT naming the parameters that the loss does not depend on
 */
export function lossAndGradients<Auxiliary extends TensorTree>(
  params: Parameters,
  forward: () => { loss: tf.Scalar; auxiliary: Auxiliary },
): LossAndGradients<Auxiliary> {
  const result = anyLossAndGradients(params, forward);
  if (result.missing.length > 0) throw noGradient([...result.missing], Object.keys(params).length);
  return result;
}

function noGradient(missing: string[], count: number) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__NO_GRADIENT",
    { paths: missing },
    {
      expected: "a loss that depends on every parameter",
      received: `none for ${missing.length} of ${count}: ${missing.slice(0, 3).join(", ")}`,
      remedy: "Use the parameter in apply, leave it out of init, or move a frozen one into the model's state.",
    },
  );
}
