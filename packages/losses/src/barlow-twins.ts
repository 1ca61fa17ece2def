import { type Communicator, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertBatchStatistics, assertCoefficient, assertViews } from "./assert-views.js";

export interface BarlowTwinsOptions {
  /** lambda, the weight of the entries off the diagonal. Default 5e-3, the paper's. */
  readonly redundancyWeight?: number;
  /** What is added to each feature's variance before the root. Default 1e-5, that of the authors' batch norm. */
  readonly epsilon?: number;
  /** Where the other replicas' projections come from. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * Barlow Twins: every feature is to be the same in both views and unlike all other features. With the features brought
 * to mean 0 and variance 1 over the batch, a batch norm without scale and offset, and C their cross-correlation:
 *
 *     C_ij = 1 / N sum_n a_ni b_nj,    loss = sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2
 *
 * The variance is the biased one, as in the authors' code and lightly. Statistics and C are of all replicas' images, as in
 * the authors' code, so that replicas equal one batch; lightly normalises each replica's rows by themselves. Rows are
 * gathered, and not C reduced: that is `images x features` numbers for `features x features`, fewer for the paper's 2048
 * images and 8192 features.
 *
 * @param viewA projections `[batch, features]`, float32
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image, which has no variance
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a weight or an epsilon out of range
 * @see Zbontar et al. 2021, "Barlow Twins", equations 1 and 2, algorithm 1
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { barlowTwins } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 1], [-1, 1], [1, -1], [-1, -1]]);
 * const loss = barlowTwins(views, views); // 0: features agree, and are uncorrelated
 * ```
 */
export function barlowTwins(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: BarlowTwinsOptions = {}): tf.Scalar {
  const { redundancyWeight = 5e-3, epsilon = 1e-5, communicator = oneProcess } = options;
  assertViews("barlowTwins", viewA, viewB);
  assertCoefficient("redundancyWeight", redundancyWeight);
  assertCoefficient("epsilon", epsilon);
  assertBatchStatistics(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const normalized = (view: tf.Tensor2D) => {
      const rows = communicator.allGather(view);
      const centred = tf.sub(rows, tf.mean(rows, 0, true));
      const variance = tf.mean(tf.square(centred), 0, true);
      return tf.div<tf.Tensor2D>(centred, tf.sqrt(tf.add(variance, epsilon)));
    };
    const [a, b] = [normalized(viewA), normalized(viewB)];
    const correlation = tf.div(tf.matMul(a, b, true), a.shape[0]);
    const identity = tf.eye(viewA.shape[1]);
    const weights = tf.add(tf.mul(identity, 1 - redundancyWeight), redundancyWeight);
    return tf.sum<tf.Scalar>(tf.mul(weights, tf.square(tf.sub(correlation, identity))));
  });
}
