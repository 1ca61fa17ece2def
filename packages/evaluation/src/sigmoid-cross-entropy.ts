import * as tf from "@tensorflow/tfjs-core";
import { binaryCrossEntropies } from "./binary-cross-entropies.js";

/**
 * Logistic regressions side by side, one for each class: of each row the mean over the classes that are known of it, and of
 * these the mean over the rows,
 *
 *     1/rows sum_i 1/|K_i| sum_{c in K_i} log(1 + exp(z_ic)) - y_ic z_ic,    K_i = { c : y_ic is not -1 }
 *
 * with its gradient in closed form. Rows count alike, so replicas' means are the mean of all rows; one without a known
 * class adds nothing.
 *
 * @param logits `[rows, classes]`
 * @param truth `[rows, classes]`: 1, 0, or -1 which is left out; gets no gradient
 */
export function sigmoidCrossEntropy(logits: tf.Tensor2D, truth: tf.Tensor2D): tf.Scalar {
  const rows = logits.shape[0];
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const { losses, errors, known } = binaryCrossEntropies(x, truth);
    const counts = tf.mul(tf.maximum(tf.sum(known, 1, true), 1), rows);
    save([tf.div(errors, counts)]);
    return {
      value: tf.sum(tf.div(losses, counts)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0] as tf.Tensor, dy),
    };
  });
  return compute(logits) as tf.Scalar;
}
