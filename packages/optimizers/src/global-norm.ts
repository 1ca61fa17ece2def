import { type Parameters, sumOfSquares } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The length of all tensors as one vector: the root of the sum of all their squares. Of no tensors 0.
 *
 * @returns a scalar; borrows its argument
 * @example
 * ```ts
 * import { globalNorm } from "@simclr/optimizers";
 * import * as tf from "@tensorflow/tfjs-core";
 * const norm = globalNorm({ kernel: tf.tensor1d([3, 0]), bias: tf.scalar(4) }); // 5
 * ```
 */
export function globalNorm(tensors: Parameters): tf.Scalar {
  return tf.tidy(() => {
    const squares = Object.values(tensors).map(sumOfSquares);
    return squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares));
  });
}
