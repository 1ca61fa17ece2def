import * as tf from "@tensorflow/tfjs-core";

/**
 * The rows of a matrix at indices that the device computed, with the gradient to the matrix. `tf.gather` would do, but for its
 * gradient, which takes a pass for every row in plain JavaScript.
 *
 * @param rows `[count, size]`
 * @param indices whole numbers in [0, count), float32, `[n]`; get no gradient
 * @returns `[n, size]`
 */
export function gatherRows(rows: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [from, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const places = tf.reshape(tf.cast(indices, "int32"), [-1, 1]);
    save([places]);
    return {
      value: tf.gatherND(from, places),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        // Sums rows of equal places, in one pass on every backend; an unsorted segment sum takes n passes in plain JavaScript.
        tf.scatterND(saved[0] as tf.Tensor2D, dy, from.shape),
    };
  });
  return compute(rows) as tf.Tensor2D;
}
