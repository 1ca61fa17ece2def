import { type Communicator, invalidArgument, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { assertEnoughImages, assertViews } from "./assert-views.js";
import { averageOverNegatives } from "./average-over-negatives.js";
import { assertNegativeSelection, type NegativeSelection, selectNegatives } from "./negative-selection.js";

export interface MarginTripletOptions {
  /** By how much the positive's cosine similarity has to exceed a negative's: at least 0. The paper tried 0, 0.4, 0.8 and 1.6. */
  readonly margin: number;
  /** Which negatives count. Default `"all"`; the paper's best is `"semi-hard"`, 57.5% against 50.9%. */
  readonly negatives?: NegativeSelection;
  /** Where the other replicas' projections come from, as in {@link ntXent}. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * The margin triplet loss on cosine similarities s. The negatives of an anchor are the other images' rows in the view it
 * is not in:
 *
 *     loss = 1 / 2N sum_i mean_k max(s_ik - s_i,partner(i) + margin, 0)
 *
 * The mean over the 2N anchors, in [0, 2 + margin]. Equal projections give the margin. FaceNet's squared distances of
 * rows of length 1 are `2 - 2 s`: its margin is twice this one.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a margin below 0, or an unknown selection
 * @see Chen et al. 2020, tables 2 and 4; Schroff et al. 2015, "FaceNet"
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { marginTriplet } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = marginTriplet(views, views, { margin: 1.6, negatives: "semi-hard" }); // 0.6
 * ```
 */
export function marginTriplet(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: MarginTripletOptions): tf.Scalar {
  const { margin, negatives = "all", communicator = oneProcess } = options;
  assertViews("marginTriplet", viewA, viewB);
  if (!(Number.isFinite(margin) && margin >= 0))
    throw invalidArgument("margin", margin, "a finite number of at least 0");
  assertNegativeSelection(negatives);
  assertEnoughImages(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "other view", normalize: true });
    const ofPositive = tf.sum(tf.mul(pairs.similarities, pairs.positives), 1, true);
    const violations = tf.relu(tf.add(tf.sub(pairs.similarities, ofPositive), margin));
    return tf.mean<tf.Scalar>(averageOverNegatives(violations, selectNegatives(negatives, pairs)));
  });
}
