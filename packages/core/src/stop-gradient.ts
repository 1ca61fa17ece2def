import * as tf from "@tensorflow/tfjs-core";

/**
 * The tensor as it is, with gradient 0: what lies before it does not learn from what follows. PyTorch's `detach`.
 *
 * @returns a tensor of its own; borrows its argument
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { stopGradient } from "@simclr/core";
 * const gradient = tf.grad((x) => tf.mul(x, stopGradient(x)))(tf.scalar(3)); // 3, not 6
 * ```
 */
export function stopGradient<T extends tf.Tensor>(tensor: T): T {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x] = args as [tf.Tensor];
    return { value: tf.clone(x), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return compute(tensor) as T;
}
