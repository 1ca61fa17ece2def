import * as tf from "@tensorflow/tfjs-core";

/**
 * Each anchor's mean over its negatives.
 *
 * @param terms `[anchors, candidates]`, finite; those of no negative get no gradient
 * @param negatives `[anchors, candidates]` of zeros and ones, with a 1 in each row
 * @returns `[anchors]`
 */
export function averageOverNegatives(terms: tf.Tensor, negatives: tf.Tensor2D): tf.Tensor1D {
  return tf.div<tf.Tensor1D>(tf.sum(tf.mul(terms, negatives), 1), tf.sum(negatives, 1));
}
