import * as tf from "@tensorflow/tfjs-core";
import type { AnchorPairs } from "./anchor-pairs.js";
import { excluded } from "./excluded.js";

/**
 * Each anchor's `log sum_k exp(s_ik / tau) - s_i,partner(i) / tau` over its negatives k: the positive is not in the sum.
 *
 * The positive's similarity is subtracted first, so that large logits that differ by little keep their digits.
 *
 * @returns `[anchors]`, of the surrounding tidy
 */
export function decoupledCrossEntropy(pairs: AnchorPairs, temperature: number): tf.Tensor1D {
  const { similarities, negatives } = pairs;
  const logits = tf.div(tf.sub(similarities, positiveSimilarities(pairs)), temperature);
  return tf.logSumExp(tf.add(logits, tf.mul(tf.sub(1, negatives), excluded)), 1) as tf.Tensor1D;
}

/** Each anchor's similarity to its other view, `[anchors, 1]`. */
export function positiveSimilarities({ similarities, positives }: AnchorPairs): tf.Tensor2D {
  return tf.sum(tf.mul(similarities, positives), 1, true);
}
