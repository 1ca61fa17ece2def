import type { Communicator } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { l2Normalize } from "./l2-normalize.js";

/** The batch's anchors, and all replicas' rows that they are compared with. */
export interface AnchorRows {
  /** `[2N, features]`: view A's rows, then view B's. */
  readonly anchors: tf.Tensor2D;
  /** `[2N * replicas, features]`. Each replica's rows stay together: [a0; b0; a1; b1; ...]. */
  readonly candidates: tf.Tensor2D;
  /** The candidate that anchor 0 itself is; those after it are the anchors after it. */
  readonly firstSelf: number;
  /** The candidate that is anchor i's positive: the other view of its image. */
  positiveOf(anchor: number): number;
}

export interface AnchorRowsOptions {
  readonly communicator: Communicator;
  /** Whether rows are brought to length 1. */
  readonly normalize: boolean;
}

/**
 * The rows that a contrastive loss compares: anchors are local, candidates global.
 *
 * @param viewA, viewB projections `[batch, features]`, checked by the caller
 * @returns tensors owned by the caller; call it inside a tidy
 */
export function anchorRows(
  viewA: tf.Tensor2D,
  viewB: tf.Tensor2D,
  { communicator, normalize }: AnchorRowsOptions,
): AnchorRows {
  const batch = viewA.shape[0];
  const rows = tf.concat<tf.Tensor2D>([viewA, viewB], 0);
  const anchors = normalize ? l2Normalize(rows) : rows;
  const firstSelf = communicator.rank * 2 * batch;
  return {
    anchors,
    candidates: communicator.allGather(anchors),
    firstSelf,
    positiveOf: (anchor) => firstSelf + ((anchor + batch) % (2 * batch)),
  };
}
