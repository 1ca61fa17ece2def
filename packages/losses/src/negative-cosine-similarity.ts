import * as tf from "@tensorflow/tfjs-core";
import { assertViews } from "./assert-views.js";
import { l2Normalize } from "./l2-normalize.js";

/**
 * The negative cosine of a prediction and its target, which BYOL and SimSiam minimise:
 *
 *     loss = -1 / N sum_i cos(a_i, b_i)        in [-1, 1]
 *
 * BYOL's squared distance of normalised vectors is 2 plus twice this value. Both methods add the loss of both directions,
 * and send no gradient into the target; see the example, SimSiam's.
 *
 * @param predictions `[batch, features]`, float32, of any length
 * @param targets `[batch, features]`, row by row
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @see Grill et al. 2020, "Bootstrap Your Own Latent", equation 2; Chen and He 2021, "Exploring Simple Siamese Representation Learning", equations 1 to 4
 * @example
 * ```ts
 * import { stopGradient } from "@simclr/core";
 * import { negativeCosineSimilarity } from "@simclr/losses";
 * import * as tf from "@tensorflow/tfjs-core";
 * const half = (p: tf.Tensor2D, z: tf.Tensor2D) => tf.div(negativeCosineSimilarity(p, stopGradient(z)), 2);
 * const simSiam = (pA: tf.Tensor2D, pB: tf.Tensor2D, zA: tf.Tensor2D, zB: tf.Tensor2D) => tf.add(half(pA, zB), half(pB, zA));
 * const rows = tf.tensor2d([[1, 0], [0, 2]]);
 * const loss = simSiam(rows, rows, rows, rows); // -1
 * ```
 */
export function negativeCosineSimilarity(predictions: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  assertViews("negativeCosineSimilarity", predictions, targets);
  return tf.tidy(() => {
    const cosines = tf.sum(tf.mul(l2Normalize(predictions), l2Normalize(targets)), 1);
    return tf.neg(tf.mean<tf.Scalar>(cosines));
  });
}
