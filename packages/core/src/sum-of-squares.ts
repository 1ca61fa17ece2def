import * as tf from "@tensorflow/tfjs-core";

/** The kernel that a backend may have for it: input `x`, float32 of any shape; out comes a scalar. */
export const sumOfSquaresKernel = "SumOfSquares";

/**
 * The sum of a tensor's squared values: `sum(x ** 2)`, in one pass over them where the backend has a kernel for it, without a tensor of the
 * squares.
 *
 * @param x float32 of any shape; borrowed
 * @returns a scalar, float32
 * @example
 * ```ts
 * import { sumOfSquares } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const sum = sumOfSquares(tf.tensor1d([3, 4])); // 25
 * ```
 */
export function sumOfSquares(x: tf.Tensor): tf.Scalar {
  const isKnown = x.dtype === "float32" && tf.getKernel(sumOfSquaresKernel, tf.getBackend()) !== undefined;
  if (!isKnown) return tf.tidy(() => tf.sum<tf.Scalar>(tf.square(x)));
  const known = tf.customGrad((tensor) => ({
    value: tf.engine().runKernel(sumOfSquaresKernel, { x: tensor as tf.Tensor }) as tf.Scalar,
    gradFunc: (dy: tf.Tensor) => tf.mul(tf.mul(tensor as tf.Tensor, 2), dy),
  }));
  return known(x) as tf.Scalar;
}
