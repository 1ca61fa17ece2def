import { mapTree, type Parameters, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { simclrError } from "./errors.js";

/**
 * A loss, its gradient in every parameter, and what else the forward pass made.
 *
 * @param params the leaves that `forward` computes its loss from
 * @returns tensors of the surrounding tidy; borrows `params`
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT naming the parameters that the loss does not depend on
 */
export function lossAndGradients<Auxiliary extends TensorTree>(
  params: Parameters,
  forward: () => { loss: tf.Scalar; auxiliary: Auxiliary },
): { value: tf.Scalar; gradients: Parameters; auxiliary: Auxiliary } {
  const paths = Object.keys(params);
  let kept: Auxiliary | undefined;
  const { value, grads } = tf.engine().gradients(
    () => {
      const { loss, auxiliary } = forward();
      // The tape's tidy frees everything but the loss; clones that are kept outlive it.
      kept = mapTree(auxiliary, (tensor) => tf.keep(tf.clone(tensor)));
      return loss;
    },
    Object.values(params),
    undefined,
    true,
  );
  const auxiliary = mapTree(kept as Auxiliary, (tensor) => {
    const tracked = tf.clone(tensor);
    tensor.dispose();
    return tracked;
  });
  const missing = paths.filter((_, i) => !grads[i]);
  if (missing.length > 0) throw noGradient(missing, paths.length);
  const gradients = Object.fromEntries(paths.map((path, i) => [path, grads[i] as tf.Tensor]));
  return { value: value as tf.Scalar, gradients, auxiliary };
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
