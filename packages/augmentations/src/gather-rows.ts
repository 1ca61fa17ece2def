import * as tf from "@tensorflow/tfjs-core";

/**
 * The rows of a tensor at places that the device computed, with the gradient to the tensor. `tf.gather` would do, but for its
 * gradient, which takes a pass for every row in plain JavaScript.
 *
 * @param from the first axes are those that a place names
 * @param places whole numbers, float32, `[n, axes]`: a place of several axes, since float32 cannot count all pixels of a large
 * batch in one; get no gradient
 * @returns `[n, ...the other axes]`
 */
export function gatherRows(from: tf.Tensor, places: tf.Tensor2D): tf.Tensor {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [rows, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const indices = tf.cast(places, "int32");
    save([indices]);
    return {
      value: tf.gatherND(rows, indices),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        // Sums rows of equal places, in one pass on every backend; an unsorted segment sum takes n passes in plain JavaScript.
        tf.scatterND(saved[0] as tf.Tensor2D, dy, rows.shape),
    };
  });
  return compute(from);
}
