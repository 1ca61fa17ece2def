import { assertShape } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertTemperature, assertViews } from "./assert-views.js";
import { l2Normalize } from "./l2-normalize.js";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.js";

export interface InfoNceOptions {
  /** tau, what the cosine similarities are divided by. MoCo takes 0.07, MoCo v2 0.2. */
  readonly temperature: number;
}

/**
 * InfoNCE against a queue of negatives, as MoCo: each query has its key as the positive and the whole queue, and nothing
 * of its batch, as negatives:
 *
 *     loss = -1 / N sum_i log( exp(q_i . k_i / tau) / (exp(q_i . k_i / tau) + sum_j exp(q_i . n_j / tau)) )
 *
 * The gradient goes wherever its arguments come from; MoCo computes keys and queue outside of the gradient. It takes no
 * communicator: queries are local, and all replicas hold the same queue.
 *
 * @param queries `[batch, features]`, float32, of any length
 * @param keys `[batch, features]`; row i is the other view of query i's image
 * @param negatives `[queue, features]`, of any length
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH for queries and keys of two shapes
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH for negatives that are not `[queue, features]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0
 * @see He et al. 2020, "Momentum Contrast", equation 1; Chen et al. 2020, "Improved Baselines with Momentum Contrastive Learning"
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { infoNce } from "@simclr/losses";
 * const queries = tf.tensor2d([[1, 0], [0, 1]]);
 * const queue = tf.tensor2d([[-1, 0], [0, -1], [0.6, 0.8]]);
 * const loss = infoNce(queries, queries, queue, { temperature: 0.2 });
 * ```
 */
export function infoNce(
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  negatives: tf.Tensor2D,
  { temperature }: InfoNceOptions,
): tf.Scalar {
  assertViews("infoNce", queries, keys);
  assertTemperature(temperature);
  assertShape("negatives", negatives, ["queue", queries.shape[1]]);
  return tf.tidy(() => {
    const logits = infoNceLogits(queries, keys, negatives, temperature);
    const first = tf.oneHot(tf.zeros([queries.shape[0]], "int32"), logits.shape[1], 1, 0, "float32");
    return softmaxCrossEntropy(logits, first as tf.Tensor2D);
  });
}

/** The positive's logit in column 0, then those of the negatives: `[batch, 1 + queue]`, of the surrounding tidy. */
export function infoNceLogits(
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  negatives: tf.Tensor2D,
  temperature: number,
): tf.Tensor2D {
  const unit = l2Normalize(queries);
  const positives = tf.sum(tf.mul(unit, l2Normalize(keys)), 1, true);
  const others = tf.matMul(unit, l2Normalize(negatives), false, true);
  return tf.div<tf.Tensor2D>(tf.concat([positives, others], 1), temperature);
}
