import * as tf from "@tensorflow/tfjs-core";

/**
 * Rows of length 1: `x / sqrt(max(sum(x^2), 1e-12))`. A row of zeros stays one, with a finite gradient.
 *
 * @see TensorFlow's `l2_normalize`, whose epsilon this is; google-research/simclr@383d414 objective.py
 */
export function l2Normalize(rows: tf.Tensor2D): tf.Tensor2D {
  const squaredLength = tf.sum(tf.square(rows), 1, true);
  return tf.div(rows, tf.sqrt(tf.maximum(squaredLength, 1e-12)));
}
