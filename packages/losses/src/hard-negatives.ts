import { invalidArgument, stopGradient } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { AnchorPairs } from "./anchor-pairs.js";
import { positiveSimilarities } from "./decoupled-cross-entropy.js";
import { excluded } from "./excluded.js";

/** How negatives are weighted by how hard they are, and corrected for those of the anchor's own class. */
export interface HardNegatives {
  /** beta: a negative weighs `exp(beta s / tau)`. 0 weighs all alike; the paper takes 0.5, 1 and 2 at tau 0.5. */
  readonly concentration: number;
  /**
   * tau_plus: the share of negatives taken to be of the anchor's class, whose part the sum loses. Default 0; the paper
   * takes 0.1 on STL-10 and CIFAR-10.
   */
  readonly classProbability?: number;
}

/** Refuses weights that there are not. */
export function assertHardNegatives({ concentration, classProbability = 0 }: HardNegatives): void {
  if (!(Number.isFinite(concentration) && concentration >= 0)) {
    throw invalidArgument("hardNegatives.concentration", concentration, "a finite number of at least 0");
  }
  if (!(classProbability >= 0 && classProbability < 1)) {
    throw invalidArgument("hardNegatives.classProbability", classProbability, "at least 0 and below 1");
  }
}

/**
 * NT-Xent's cross entropy with the sum over negatives replaced by Robinson's estimate of it. Of an anchor with the
 * positive's logit p and M negatives' logits l_k, all cosines over tau:
 *
 *     R = sum_k exp(beta l_k) exp(l_k) / mean_k exp(beta l_k)
 *     G = max( (R - tau_plus M exp(p)) / (1 - tau_plus), M exp(-1 / tau) )
 *     loss = log( (exp(p) + G) / exp(p) )
 *
 * The paper raises the weights by beta s / tau^2, its rows being of length 1 / tau; the authors' code by beta s / tau,
 * which is taken. All powers are of differences to the largest one, so that small temperatures do not overflow.
 *
 * @returns `[anchors]`, of the surrounding tidy
 * @see Robinson et al. 2021, "Contrastive Learning with Hard Negative Samples", equation 4; joshr17/HCL
 */
export function hardNegativeCrossEntropy(
  pairs: AnchorPairs,
  temperature: number,
  { concentration, classProbability = 0 }: HardNegatives,
): tf.Tensor1D {
  // Two rows of each anchor's candidates are not negatives: itself and its positive.
  const count = (pairs.similarities.shape[1] as number) - 2;
  const logits = tf.div(pairs.similarities, temperature);
  const positive: tf.Tensor1D = tf.squeeze(tf.div(positiveSimilarities(pairs), temperature), [1]);
  const unseen = tf.mul(tf.sub(1, pairs.negatives), excluded);
  const logSum = (scale: number) => tf.logSumExp(tf.add(tf.mul(logits, scale), unseen), 1) as tf.Tensor1D;
  const reweighted = tf.add(tf.sub(logSum(1 + concentration), logSum(concentration)), Math.log(count));
  const highest = stopGradient(tf.maximum<tf.Tensor1D>(reweighted, positive));
  const power = (x: tf.Tensor) => tf.exp(tf.sub(x, highest));
  const corrected = tf.sub(power(reweighted), tf.mul(power(positive), classProbability * count));
  const floor = tf.mul(power(tf.scalar(-1 / temperature)), count);
  const estimate = tf.maximum(tf.div(corrected, 1 - classProbability), floor);
  return tf.sub<tf.Tensor1D>(tf.log(tf.add(power(positive), estimate)), tf.sub(positive, highest));
}
