import * as tf from "@tensorflow/tfjs-core";

/** What a backend has that records operations and runs them later, in an order of its own. */
interface OrderingBackend {
  after?<T>(tensor: tf.Tensor, fn: () => T): T;
}

/**
 * Has a recording compute what a function makes only once a tensor is there, TensorFlow's control dependency. A recorded function runs
 * whatever is ready: what depends on its arguments alone would be made first, and lie in memory until the last result is. Where
 * nothing is recorded the function runs at once.
 *
 * @returns what fn returns
 * @example
 * ```ts
 * import { after } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const [momentum, gradient] = [tf.ones([3]), tf.ones([3])];
 * const next = after(gradient, () => tf.add(tf.mul(momentum, 0.9), gradient)); // 1.9, 1.9, 1.9
 * ```
 */
export function after<T>(tensor: tf.Tensor, fn: () => T): T {
  const backend = tf.backend() as OrderingBackend;
  return backend.after ? backend.after(tensor, fn) : fn();
}
