import * as tf from "@tensorflow/tfjs-core";
import type { Parameters } from "./parameters.js";
import { mapTree, type TensorTree } from "./tree.js";

/** What {@link lossAndGradients} returns: tensors of the surrounding tidy. */
export interface LossAndGradients<Auxiliary extends TensorTree> {
  readonly value: tf.Scalar;
  /** By path; a parameter that the loss does not depend on has none. */
  readonly gradients: Parameters;
  /** The paths without a gradient. */
  readonly missing: readonly string[];
  readonly auxiliary: Auxiliary;
}

/**
 * A loss, its gradient in every parameter, and what else the forward pass made: `tf.variableGrads` without variables.
 *
 * Only what lies between the parameters and the loss costs gradients: of a network that is frozen up to some layer, pass
 * the parameters that follow.
 *
 * @param params the leaves that `forward` computes its loss from; borrowed
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { lossAndGradients } from "@simclr/core";
 * const params = { weight: tf.scalar(3) };
 * const { value, gradients } = lossAndGradients(params, () => ({ loss: tf.square(params.weight), auxiliary: {} })); // 9, 6
 * ```
 */
export function lossAndGradients<Auxiliary extends TensorTree>(
  params: Parameters,
  forward: () => { loss: tf.Scalar; auxiliary: Auxiliary },
): LossAndGradients<Auxiliary> {
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
  const entries = paths.map((path, i) => [path, grads[i]] as const);
  return {
    value: value as tf.Scalar,
    gradients: Object.fromEntries(entries.filter((entry): entry is [string, tf.Tensor] => !!entry[1])),
    missing: entries.filter(([, gradient]) => !gradient).map(([path]) => path),
    auxiliary,
  };
}
