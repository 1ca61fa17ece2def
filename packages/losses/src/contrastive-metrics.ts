import { type Communicator, oneProcess } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertTemperature, assertViews } from "./assert-views.js";
import { l2Normalize } from "./l2-normalize.js";

/** What {@link contrastiveMetrics} measures. */
export type ContrastiveMetrics = {
  /** The share of images whose view A has its own view B as the nearest of all view Bs, in [0, 1]. */
  readonly contrastiveAccuracy: tf.Scalar;
  /** The mean entropy of `softmax(logits_ab)` in nats, in [0, ln N]: near ln N, the task says nothing yet. */
  readonly contrastiveEntropy: tf.Scalar;
};

export interface ContrastiveMetricsOptions {
  /** As in the loss. */
  readonly temperature: number;
  /** Whether projections are brought to length 1, as in the loss. Default true. */
  readonly normalize?: boolean;
  /** Where the other replicas' view Bs come from. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * How well view A finds its view B, from `logits_ab = a . b / temperature` alone, as the reference: N candidates, not
 * the loss's 2N - 1. In the reference's entropy a probability p enters as `p log(p + 1e-8)`; here exactly.
 *
 * @param viewA projections `[batch, features]`
 * @param viewB the other view's, row by row
 * @returns two scalars; borrows its arguments
 * @throws SIMCLR_ERROR__LOSSES__VIEW_SHAPE_MISMATCH
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a temperature that is not above 0
 * @see google-research/simclr@383d414 metrics.py and objective.py
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { contrastiveMetrics } from "@simclr/losses";
 * const views = tf.tensor2d([[1, 0], [0, 1]]);
 * const { contrastiveAccuracy } = contrastiveMetrics(views, views, { temperature: 0.5 }); // 1
 * ```
 */
export function contrastiveMetrics(
  viewA: tf.Tensor2D,
  viewB: tf.Tensor2D,
  options: ContrastiveMetricsOptions,
): ContrastiveMetrics {
  const { temperature, normalize = true, communicator = oneProcess } = options;
  assertViews("contrastiveMetrics", viewA, viewB);
  assertTemperature(temperature);
  const batch = viewA.shape[0];
  return tf.tidy(() => {
    const rows = (view: tf.Tensor2D) => (normalize ? l2Normalize(view) : view);
    const candidates = communicator.allGather(rows(viewB));
    const logits = tf.div(tf.matMul(rows(viewA), candidates, false, true), temperature);
    const own = tf.range(communicator.rank * batch, (communicator.rank + 1) * batch, 1, "int32");
    const found = tf.equal(tf.argMax(logits, 1), own);
    const shifted = tf.sub(logits, tf.max(logits, 1, true));
    const partition = tf.sum(tf.exp(shifted), 1, true);
    const expected = tf.sum(tf.mul(tf.div(tf.exp(shifted), partition), shifted), 1, true);
    return {
      contrastiveAccuracy: tf.mean<tf.Scalar>(tf.cast(found, "float32")),
      contrastiveEntropy: tf.mean<tf.Scalar>(tf.sub(tf.log(partition), expected)),
    };
  });
}
