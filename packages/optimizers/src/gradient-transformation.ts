import type { Parameters, TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/**
 * A step of an optimizer: turns gradients into updates, which {@link applyUpdates} adds. Pure, and tensor operations
 * only, so that it lives inside the compiled training step.
 *
 * State is a tree of tensors whose paths and shapes never change. What comes back may hold an argument as it came:
 * the training step's `compile` or tidy sorts out who owns what.
 */
export interface GradientTransformation<State extends TensorTree = TensorTree> {
  /** The state before the first step, owned by the caller. */
  init(params: Parameters): State;
  /**
   * @param gradients by path, one for every parameter that `init` was given
   * @param step how many updates came before this one, a float32 or int32 scalar: 0 in the first
   * @returns updates by the same paths, and the next state; borrows its arguments
   */
  update(
    gradients: Parameters,
    state: State,
    params: Parameters,
    step: tf.Scalar,
  ): readonly [updates: Parameters, state: State];
}

/** The state of a transformation that remembers nothing. */
export type NoState = Readonly<Record<string, never>>;

/**
 * The parameters after a step: `parameter + update`, and the same tensor where there is no update.
 *
 * @returns new tensors for all paths with an update; borrows its arguments
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { applyUpdates, sgd } from "@simclr/optimizers";
 * const params = { weight: tf.tensor1d([1, 2]) };
 * const optimizer = sgd({ learningRate: 0.1 });
 * const gradients = { weight: tf.tensor1d([10, 10]) };
 * const [updates] = optimizer.update(gradients, optimizer.init(params), params, tf.scalar(0));
 * const next = applyUpdates(params, updates); // weight: [0, 1]
 * ```
 */
export function applyUpdates(params: Parameters, updates: Parameters): Parameters {
  const next = (path: string, parameter: tf.Tensor) => {
    const update = updates[path];
    return update ? tf.add(parameter, update) : parameter;
  };
  return Object.fromEntries(Object.entries(params).map(([path, parameter]) => [path, next(path, parameter)]));
}
