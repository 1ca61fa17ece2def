import { assertShape, type Communicator, invalidArgument, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { assertEnoughImages, assertTemperature, assertViews } from "./assert-views.js";
import { excluded } from "./excluded.js";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.js";

export interface SupConOptions {
  /** tau, what the cosine similarities are divided by. The paper takes 0.1. */
  readonly temperature: number;
  /** Where the other replicas' projections and labels come from, as in {@link ntXent}. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * Supervised contrastive learning, SupCon: NT-Xent where every row of the anchor's class is a positive, the mean over
 * them outside the logarithm (`L_out`), with P(i) the rows of both views with the label of i, without i itself:
 *
 *     loss = -1 / 2N sum_i 1 / |P(i)| sum_{p in P(i)} log( exp(z_i . z_p / tau) / sum_{k != i} exp(z_i . z_k / tau) )
 *
 * The mean over the 2N anchors, as the authors' code; the paper writes their sum. That code's factor `temperature /
 * baseTemperature` is 1 at its defaults, and left out here. Where no two labels are equal, P(i) is the anchor's other
 * view alone and the value is {@link ntXent}'s.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @param labels int32 `[batch]`, below 2^24; gets no gradient
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH for labels that are not `[batch]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0, or labels that are not int32
 * @see Khosla et al. 2020, "Supervised Contrastive Learning", equation 2
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { supCon } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1], [1, 0.1]]);
 * const loss = supCon(views, views, tf.tensor1d([0, 1, 0], "int32"), { temperature: 0.1 });
 * ```
 */
export function supCon(viewA: tf.Tensor2D, viewB: tf.Tensor2D, labels: tf.Tensor1D, options: SupConOptions): tf.Scalar {
  const { temperature, communicator = oneProcess } = options;
  assertViews("supCon", viewA, viewB);
  assertTemperature(temperature);
  assertEnoughImages(viewA.shape[0] * communicator.size);
  assertShape("labels", labels, [viewA.shape[0]]);
  if (labels.dtype !== "int32") throw invalidArgument("labels", labels.dtype, "an int32 tensor");
  return tf.tidy(() => {
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "both views", normalize: true });
    const others = tf.add(pairs.positives, pairs.negatives);
    // Communicators carry floats.
    const own: tf.Tensor1D = tf.cast(tf.concat([labels, labels]), "float32");
    const all = communicator.allGather(own);
    const sameLabel = tf.cast(tf.equal(tf.expandDims(own, 1), tf.expandDims(all, 0)), "float32");
    const positives = tf.mul(sameLabel, others);
    const target = tf.div<tf.Tensor2D>(positives, tf.sum(positives, 1, true));
    const logits = tf.add(tf.div(pairs.similarities, temperature), tf.mul(tf.sub(1, others), excluded));
    return softmaxCrossEntropy(logits as tf.Tensor2D, target);
  });
}
