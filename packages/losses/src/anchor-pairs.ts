import * as tf from "@tensorflow/tfjs-core";
import { type AnchorRowsOptions, anchorRows } from "./anchor-rows.js";

/** All pairs of the batch's anchors with all replicas' rows. Each tensor is `[2N, 2N * replicas]`. */
export type AnchorPairs = {
  /** The cosine of the anchor and the candidate, or their dot product. */
  readonly similarities: tf.Tensor2D;
  /** 1 where the candidate is the other view of the anchor's image: one in each row. */
  readonly positives: tf.Tensor2D;
  /** 1 where the candidate is a negative of the anchor. */
  readonly negatives: tf.Tensor2D;
};

export interface AnchorPairsOptions extends AnchorRowsOptions {
  /** Whether a negative may come from both views, or only from the one that the anchor is not in. */
  readonly negativesFrom: "both views" | "other view";
}

/**
 * Compares every row of both views with every row of all replicas: anchors are local, candidates global. The masks
 * follow from the batch's size alone, so that no shape and no index depends on data.
 *
 * @param viewA, viewB projections `[batch, features]`, checked by the caller; the rows of viewA come first
 * @returns tensors owned by the caller; call it inside a tidy
 */
export function anchorPairs(viewA: tf.Tensor2D, viewB: tf.Tensor2D, options: AnchorPairsOptions): AnchorPairs {
  const { negativesFrom } = options;
  const batch = viewA.shape[0];
  const { anchors, candidates, firstSelf, positiveOf } = anchorRows(viewA, viewB, options);
  const total = candidates.shape[0];
  const oneOf = (columnOf: (anchor: number) => number) => {
    const columns = Array.from({ length: 2 * batch }, (_, i) => columnOf(i));
    return tf.oneHot(tf.tensor1d(columns, "int32"), total, 1, 0, "float32") as tf.Tensor2D;
  };
  const viewOf = (count: number) => Array.from({ length: count }, (_, i) => Math.floor(i / batch) % 2);
  const positives = oneOf(positiveOf);
  const eligible =
    negativesFrom === "both views"
      ? tf.sub(
          1,
          oneOf((anchor) => firstSelf + anchor),
        )
      : tf.abs(tf.sub(tf.tensor2d(viewOf(2 * batch), [2 * batch, 1]), tf.tensor2d(viewOf(total), [1, total])));
  return {
    similarities: tf.matMul(anchors, candidates, false, true),
    positives,
    negatives: tf.sub<tf.Tensor2D>(eligible, positives),
  };
}
