import * as tf from "@tensorflow/tfjs-core";
import type { Parameters } from "./parameters.js";
import { mapTree, type TensorTree } from "./tree.js";

/** What a function under {@link checkpointed} returns: one tensor with a gradient, and whatever else without one. */
export interface CheckpointedResult<Output extends tf.Tensor, Auxiliary extends TensorTree> {
  readonly output: Output;
  readonly auxiliary: Auxiliary;
}

/**
 * Calls a function of which only the inputs are kept for the backward pass, which computes the function again for its
 * gradients: the same numbers for one more forward pass, and without its activations in between (Chen et al. 2016).
 *
 * The second pass waits for the gradient that comes in, by an addition of `min(|dy_0|, 0) = 0` to every input: so a compiler
 * can neither merge it with the first pass, which would keep all activations after all, nor move it ahead. Without that
 * addition TensorFlow's graph optimizer and XLA both do merge them.
 *
 * @param inputs everything that `fn` has a gradient in; float32; borrowed. A tensor that `fn` closes over gets no gradient
 * @param fn pure: it runs twice. Its auxiliary results carry no gradient
 * @returns the results of the first pass, the caller's
 * @see Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"; PyTorch's `torch.utils.checkpoint`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { checkpointed } from "@simclr/core";
 * const twice = (x: tf.Tensor) =>
 *   checkpointed({ x }, ({ x: input }) => ({ output: tf.exp(tf.sin(input as tf.Tensor)), auxiliary: {} })).output;
 * const slope = tf.grad(twice)(tf.scalar(0)); // 1
 * ```
 */
export function checkpointed<Output extends tf.Tensor, Auxiliary extends TensorTree>(
  inputs: Parameters,
  fn: (inputs: Parameters) => CheckpointedResult<Output, Auxiliary>,
): CheckpointedResult<Output, Auxiliary> {
  const paths = Object.keys(inputs);
  const named = (tensors: readonly tf.Tensor[]): Parameters =>
    Object.fromEntries(paths.map((path, i) => [path, tensors[i] as tf.Tensor]));
  let kept: Auxiliary | undefined;
  const attach = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const given = args.slice(0, -1) as tf.Tensor[];
    const { output, auxiliary } = fn(named(given));
    // TensorFlow.js frees all but the value; clones that are kept outlive it.
    kept = mapTree(auxiliary, (tensor) => tf.keep(tf.clone(tensor)));
    (args.at(-1) as tf.GradSaveFunc)(given);
    return { value: output, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => again(dy, saved) };
  });
  const again = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const zero = tf.minimum(tf.abs(tf.slice(tf.reshape(dy, [-1]), [0], [1])), 0);
    const later = saved.map((tensor) => tf.add(tensor, tf.reshape(zero, tensor.rank === 0 ? [] : [1])));
    const grads = gradientsOf(() => fn(named(later)).output, later, dy);
    return grads.map((gradient, i) => gradient ?? tf.zerosLike(later[i] as tf.Tensor));
  };
  const output = attach(...Object.values(inputs)) as Output;
  const auxiliary = mapTree(kept as Auxiliary, (tensor) => {
    const tracked = tf.clone(tensor);
    tensor.dispose();
    return tracked;
  });
  return { output, auxiliary };
}

/** Gradients within the backward pass of others, whose tape TensorFlow.js would lose. */
function gradientsOf(f: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): (tf.Tensor | undefined)[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    const { value, grads } = tf.engine().gradients(f, inputs, dy, true);
    value.dispose();
    return grads;
  } finally {
    state.activeTape = activeTape;
  }
}
