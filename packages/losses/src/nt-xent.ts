import { type Communicator, invalidArgument, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { anchorRows } from "./anchor-rows.js";
import { assertEnoughImages, assertTemperature, assertViews } from "./assert-views.js";
import { chunkedCrossEntropy } from "./chunked-cross-entropy.js";
import { excluded } from "./excluded.js";
import { assertHardNegatives, type HardNegatives, hardNegativeCrossEntropy } from "./hard-negatives.js";
import { assertNegativeSelection, type NegativeSelection, selectNegatives } from "./negative-selection.js";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.js";

export interface NtXentOptions {
  /**
   * tau, what the cosine similarities are divided by. No default: the best one depends on the data, and the reference
   * itself takes 0.1 (its flag, for ImageNet) and 0.5 (its CIFAR-10 recipe).
   */
  readonly temperature: number;
  /** Which negatives the sum goes over. Default `"all"`, the paper's; with `"semi-hard"` it has one, of either view. */
  readonly negatives?: NegativeSelection;
  /**
   * Whether projections are brought to length 1. Default true. Without it similarities are dot products, and the paper's
   * best temperature is 10, not 0.1 (table 5: 57.2% against 64.4%).
   */
  readonly normalize?: boolean;
  /**
   * Weighs each negative by how hard it is, and corrects for negatives of the anchor's own class, as Robinson et al. 2021.
   * Default: off. Wants all negatives, at length 1.
   */
  readonly hardNegatives?: HardNegatives;
  /**
   * Where the other replicas' projections come from: anchors are local, negatives global. Default: this process alone.
   * The gradient of `allGather` has to be the sum of what all replicas send back, or negatives get too little.
   */
  readonly communicator?: Communicator;
  /**
   * Anchors whose similarities are in memory at once, with `negatives: "all"`. Default: as many as make 64 MiB. The loss
   * is the same for every size, to rounding.
   */
  readonly chunkSize?: number;
}

/**
 * NT-Xent, the normalised temperature-scaled cross entropy of SimCLR, with z the rows of both views at length 1:
 *
 *     loss = -1 / 2N sum_i log( exp(z_i . z_partner(i) / tau) / sum_{k != i} exp(z_i . z_k / tau) )
 *
 * The mean over the 2N anchors. google-research/simclr adds the means of both halves: exactly twice this value. Equal
 * projections give ln(2N - 1); below about a thousandth, temperatures stay finite but lose digits to float32.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0, an unknown selection, pieces of no
 *   anchors, or hard negatives out of range, or together with `"semi-hard"` or `normalize: false`
 * @see Chen et al. 2020, equation 1; google-research/simclr@383d414 objective.py, `add_contrastive_loss`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { ntXent } from "@simclr/losses";
 * const viewA = tf.tensor2d([[1, 2, 3], [-1, 0, 2], [0.5, -1, 1]]);
 * const viewB = tf.tensor2d([[1, 2, 2.5], [-1, 0.5, 2], [1, -1, 0.5]]);
 * const loss = ntXent(viewA, viewB, { temperature: 0.5 }); // 0.79736, half of the reference's 1.59472
 * ```
 */
export function ntXent(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: NtXentOptions): tf.Scalar {
  const { temperature, negatives = "all", normalize = true, communicator = oneProcess } = options;
  const { hardNegatives, chunkSize } = options;
  assertViews("ntXent", viewA, viewB);
  assertTemperature(temperature);
  assertNegativeSelection(negatives);
  assertEnoughImages(viewA.shape[0] * communicator.size);
  if (chunkSize !== undefined && !(Number.isInteger(chunkSize) && chunkSize >= 1)) {
    throw invalidArgument("chunkSize", chunkSize, "a positive integer of anchors");
  }
  if (hardNegatives) {
    assertHardNegatives(hardNegatives);
    const together = 'alone: without negatives "semi-hard" and normalize false';
    if (negatives !== "all" || !normalize) throw invalidArgument("hardNegatives", hardNegatives, together);
  }
  return tf.tidy(() => {
    if (negatives === "all" && !hardNegatives) {
      const rows = anchorRows(viewA, viewB, { communicator, normalize });
      return chunkedCrossEntropy(rows, { temperature, ...(chunkSize && { chunkSize }) });
    }
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "both views", normalize });
    if (hardNegatives) return tf.mean<tf.Scalar>(hardNegativeCrossEntropy(pairs, temperature, hardNegatives));
    const logits = tf.div(pairs.similarities, temperature);
    const seen = tf.add(pairs.positives, selectNegatives(negatives, pairs));
    const unseen = tf.mul(tf.sub(1, seen), excluded);
    return softmaxCrossEntropy(tf.add<tf.Tensor2D>(logits, unseen), pairs.positives);
  });
}
