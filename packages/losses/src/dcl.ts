import { type Communicator, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { assertEnoughImages, assertTemperature, assertViews } from "./assert-views.js";
import { decoupledCrossEntropy } from "./decoupled-cross-entropy.js";

export interface DclOptions {
  /** tau, what the cosine similarities are divided by. The paper takes 0.1 on ImageNet and 0.07 on CIFAR. */
  readonly temperature: number;
  /** Where the other replicas' projections come from, as in {@link ntXent}. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * Decoupled contrastive learning, DCL: NT-Xent without the positive in the denominator, so that an easy positive does not
 * shrink the gradient of the negatives, and small batches lose less:
 *
 *     loss = 1 / 2N sum_i ( -z_i . z_partner(i) / tau + log sum_{k not in {i, partner(i)}} exp(z_i . z_k / tau) )
 *
 * The mean over the 2N anchors, as lightly; the paper writes their sum. It has no lower bound of 0.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0
 * @see Yeh et al. 2022, "Decoupled Contrastive Learning", equation 6
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { dcl } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = dcl(views, views, { temperature: 0.5 }); // ln 2 - 2 = -1.30685
 * ```
 */
export function dcl(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: DclOptions): tf.Scalar {
  const { temperature, communicator = oneProcess } = options;
  assertViews("dcl", viewA, viewB);
  assertTemperature(temperature);
  assertEnoughImages(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "both views", normalize: true });
    return tf.mean<tf.Scalar>(decoupledCrossEntropy(pairs, temperature));
  });
}
