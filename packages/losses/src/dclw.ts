import { invalidArgument, oneProcess, stopGradient } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { anchorPairs } from "./anchor-pairs.js";
import { assertEnoughImages, assertTemperature, assertViews } from "./assert-views.js";
import type { DclOptions } from "./dcl.js";
import { decoupledCrossEntropy, positiveSimilarities } from "./decoupled-cross-entropy.js";

export interface DclwOptions extends DclOptions {
  /** sigma, the weights' own temperature: the smaller, the more hard positives weigh. Default 0.5, the paper's. */
  readonly sigma?: number;
}

/**
 * {@link dcl} with positives weighted, DCLW: the less alike an image's views, the more their pair counts, by a negative
 * von Mises-Fisher weight whose mean over the images is 1:
 *
 *     w_i  = 2 - exp(z_i . z_partner(i) / sigma) / mean_j exp(z_j . z_partner(j) / sigma)
 *     loss = 1 / 2N sum_i ( -w_i z_i . z_partner(i) / tau + log sum_{k not in {i, partner(i)}} exp(z_i . z_k / tau) )
 *
 * The weights carry no gradient, as in lightly; the paper does not say. Their mean goes over all replicas' images, so that
 * replicas equal one batch; lightly's goes over each replica's own.
 *
 * @param viewA projections `[batch, features]`, float32, of any length
 * @param viewB the other view's; row i comes from the image of viewA's row i
 * @returns a scalar; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__LOSSES__NO_NEGATIVES for a batch of one image
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature or sigma that is not above 0
 * @see Yeh et al. 2022, "Decoupled Contrastive Learning", section 3.2
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { dclw } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = dclw(views, views, { temperature: 0.5 }); // -1.30685: equally good positives weigh 1
 * ```
 */
export function dclw(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: DclwOptions): tf.Scalar {
  const { temperature, sigma = 0.5, communicator = oneProcess } = options;
  assertViews("dclw", viewA, viewB);
  assertTemperature(temperature);
  if (!(Number.isFinite(sigma) && sigma > 0)) throw invalidArgument("sigma", sigma, "a finite number above 0");
  assertEnoughImages(viewA.shape[0] * communicator.size);
  return tf.tidy(() => {
    const pairs = anchorPairs(viewA, viewB, { communicator, negativesFrom: "both views", normalize: true });
    const positives: tf.Tensor1D = tf.squeeze(positiveSimilarities(pairs), [1]);
    const own = stopGradient(tf.div<tf.Tensor1D>(positives, sigma));
    const all = stopGradient(communicator.allGather(own));
    const highest = tf.max(all);
    const weights = tf.sub(2, tf.div(tf.exp(tf.sub(own, highest)), tf.mean(tf.exp(tf.sub(all, highest)))));
    const weighted = tf.div(tf.mul(tf.sub(weights, 1), positives), temperature);
    return tf.mean<tf.Scalar>(tf.sub(decoupledCrossEntropy(pairs, temperature), weighted));
  });
}
