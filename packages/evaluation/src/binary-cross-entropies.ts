import * as tf from "@tensorflow/tfjs-core";

/**
 * `log(1 + exp(z)) - z y` for each row and class, without overflow, and 0 where the truth is -1; and by z its derivative.
 *
 * @param truth `[rows, classes]`, of the logits' shape: 1, 0 or -1
 */
export function binaryCrossEntropies(logits: tf.Tensor2D, truth: tf.Tensor2D) {
  const known: tf.Tensor2D = tf.cast(tf.greaterEqual<tf.Tensor2D>(truth, 0), "float32");
  const target: tf.Tensor2D = tf.relu(tf.cast(truth, "float32"));
  const softplus = tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  const losses: tf.Tensor2D = tf.mul(known, tf.sub(softplus, tf.mul(logits, target)));
  const errors: tf.Tensor2D = tf.mul(known, tf.sub(tf.sigmoid(logits), target));
  return { losses, errors, known };
}
