import { type Communicator, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { assertEnoughImages, assertTemperature, assertViews } from "./assert-views.js";
import { averageOverNegatives } from "./average-over-negatives.js";
import { assertNegativeSelection, type NegativeSelection, selectNegatives } from "./negative-selection.js";

export interface NtLogisticOptions {
  /** tau, what the cosine similarities are divided by. The paper tried 0.1, 0.2, 0.5 and 1. */
  readonly temperature: number;
  /** Which negatives count. Default `"all"`; the paper's best is `"semi-hard"`, 57.9% against 51.6%. */
  readonly negatives?: NegativeSelection;
  /** Where the other replicas' projections come from, as in {@link ntXent}. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * NT-Logistic: every pair is classified on its own, as of one image or of two, by a logistic regression without a bias.
 * With s the cosine similarities, and the negatives of an anchor the other images' rows in the view it is not in:
 *
 *     loss = 1 / 2N sum_i ( -log sigmoid(s_i,partner(i) / tau) - mean_k log sigmoid(-s_ik / tau) )
 *
 * The mean over the 2N anchors. The paper writes one negative; the mean over all makes it weigh as much as the positive at
 * any batch size. Equal projections give `softplus(-1 / tau) + softplus(1 / tau)`.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0, or an unknown selection
 * @see Chen et al. 2020, tables 2 and 4
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { ntLogistic } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = ntLogistic(views, views, { temperature: 1, negatives: "semi-hard" }); // 1.00641
 * ```
 */
export function ntLogistic(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: NtLogisticOptions): tf.Scalar {
  const { temperature, negatives = "all", communicator = oneProcess } = options;
  assertViews("ntLogistic", viewA, viewB);
  assertTemperature(temperature);
  assertNegativeSelection(negatives);
  assertEnoughImages(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "other view", normalize: true });
    const logits = tf.div(pairs.similarities, temperature);
    const ofPositive = tf.sum(tf.mul(tf.softplus(tf.neg(logits)), pairs.positives), 1);
    const ofNegatives = averageOverNegatives(tf.softplus(logits), selectNegatives(negatives, pairs));
    return tf.mean<tf.Scalar>(tf.add(ofPositive, ofNegatives));
  });
}
