import { type Communicator, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertBatchStatistics, assertCoefficient, assertViews } from "./assert-views.js";

export interface VicRegOptions {
  /** lambda, the weight of the distance of the views. Default 25. */
  readonly invarianceWeight?: number;
  /** mu, the weight of the hinge on the standard deviations. Default 25. */
  readonly varianceWeight?: number;
  /** nu, the weight of the covariances. Default 1. */
  readonly covarianceWeight?: number;
  /** What is added to each feature's variance before the root. Default 1e-4. */
  readonly epsilon?: number;
  /** Where the other replicas' projections come from. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * VICReg: the views of an image are to be near, every feature to vary over the batch, and features to be uncorrelated.
 * Of N projections of D features, with variances and covariances over N - 1:
 *
 *     invariance = mean_nd (a_nd - b_nd)^2
 *     variance   = mean of both views' 1 / D sum_d max(0, 1 - sqrt(Var_d + epsilon))
 *     covariance = sum of both views'  1 / D sum_{i != j} Cov_ij^2
 *     loss       = 25 invariance + 25 variance + 1 covariance
 *
 * The paper's text does not divide the invariance by D, and adds both views' variance terms where this takes their mean;
 * the authors' code, whose numbers the paper reports, and lightly do as here. Rows are gathered from all replicas, the
 * invariance's too, so that replicas equal one batch. Covariances grow with the fourth power of the projections' length: in
 * float32 lengths beyond some 1e8 overflow.
 *
 * @param viewA projections `[batch, features]`, float32
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image, which has no variance
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a weight or an epsilon out of range
 * @see Bardes et al. 2022, "VICReg", equations 1 to 6; facebookresearch/vicreg main_vicreg.py
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { vicReg } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 1], [-1, 1], [1, -1], [-1, -1]]);
 * const loss = vicReg(views, views); // 0: nothing differs, all varies, nothing is correlated
 * ```
 */
export function vicReg(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: VicRegOptions = {}): tf.Scalar {
  const { invarianceWeight = 25, varianceWeight = 25, covarianceWeight = 1, epsilon = 1e-4 } = options;
  const { communicator = oneProcess } = options;
  assertViews("vicReg", viewA, viewB);
  for (const [name, value] of Object.entries({ invarianceWeight, varianceWeight, covarianceWeight, epsilon })) {
    assertCoefficient(name, value);
  }
  assertBatchStatistics(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const views = [communicator.allGather(viewA), communicator.allGather(viewB)] as const;
    const terms = views.map((rows) => spread(rows, epsilon));
    const invariance = tf.mean(tf.square(tf.sub(...views)));
    const variance = tf.mean(tf.stack(terms.map((term) => term.variance)));
    const covariance = tf.addN(terms.map((term) => term.covariance));
    return tf.addN([
      tf.mul<tf.Scalar>(invariance, invarianceWeight),
      tf.mul<tf.Scalar>(variance, varianceWeight),
      tf.mul<tf.Scalar>(covariance, covarianceWeight),
    ]);
  });
}

/** One view's terms: how far its features fall short of a standard deviation of 1, and how correlated they are. */
function spread(rows: tf.Tensor2D, epsilon: number): { variance: tf.Scalar; covariance: tf.Scalar } {
  const [count, features] = rows.shape;
  const centred = tf.sub<tf.Tensor2D>(rows, tf.mean(rows, 0, true));
  const deviations = tf.sqrt(tf.add(tf.div(tf.sum(tf.square(centred), 0), count - 1), epsilon));
  const covariances = tf.div(tf.matMul(centred, centred, true), count - 1);
  const offDiagonal = tf.mul(covariances, tf.sub(1, tf.eye(features)));
  return {
    variance: tf.mean<tf.Scalar>(tf.relu(tf.sub(1, deviations))),
    covariance: tf.div<tf.Scalar>(tf.sum(tf.square(offDiagonal)), features),
  };
}
