import * as tf from "@tensorflow/tfjs-core";
import type { AnchorRows } from "./anchor-rows.js";
import { excluded } from "./excluded.js";

export interface ChunkedCrossEntropyOptions {
  readonly temperature: number;
  /** Anchors whose similarities are in memory at once. Default: as many as make {@link chunkElements} of them. */
  readonly chunkSize?: number;
}

/** 64 MiB of similarities: below it a matrix is not cut, above it caches gain nothing from a larger piece. */
const chunkElements = 2 ** 24;

/**
 * The cross entropy of every anchor's positive among all candidates but itself, and its mean over anchors:
 *
 *     loss = -1 / A sum_i log( exp(a_i . c_positive(i) / tau) / sum_{k != self(i)} exp(a_i . c_k / tau) )
 *
 * The matrix of similarities is made in pieces of some anchors each, and each piece is left when it has given its part of
 * the loss and of both gradients, which are known in closed form at once: with P the softmax, `dA = (P - positive) C / tau`
 * and `dC = (P - positive)' A / tau`. Memory grows with the candidates, not with their square.
 *
 * @returns a scalar; borrows its arguments
 */
export function chunkedCrossEntropy(rows: AnchorRows, options: ChunkedCrossEntropyOptions): tf.Scalar {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [a, c, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const { loss, anchorGradient, candidateGradient } = lossAndGradients(
      { ...rows, anchors: a, candidates: c },
      options,
    );
    save([anchorGradient, candidateGradient]);
    return {
      value: loss,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((gradient) => tf.mul(gradient, dy)),
    };
  });
  return compute(rows.anchors, rows.candidates) as tf.Scalar;
}

function lossAndGradients(
  { anchors, candidates, firstSelf, positiveOf }: AnchorRows,
  { temperature, chunkSize = Math.max(1, Math.floor(chunkElements / candidates.shape[0])) }: ChunkedCrossEntropyOptions,
) {
  const [count, features] = anchors.shape;
  const scaled = tf.div<tf.Tensor2D>(anchors, temperature);
  let total: readonly [loss: tf.Tensor, candidateGradient: tf.Tensor2D] | undefined;
  const anchorGradients: tf.Tensor2D[] = [];
  for (let start = 0; start < count; start += chunkSize) {
    const size = Math.min(chunkSize, count - start);
    const before = total;
    const [anchorGradient, ...next] = tf.tidy(() => {
      const own = size === count ? scaled : tf.slice(scaled, [start, 0], [size, features]);
      const rows = before ? dependingOn(before[1], own) : own;
      const logits = tf.matMul<tf.Tensor2D>(rows, candidates, false, true);
      const { losses, gradient } = softmaxWithoutSelf(logits, {
        self: (row) => firstSelf + start + row,
        positive: (row) => positiveOf(start + row),
      });
      const [sum, sent] = [tf.sum(losses), tf.matMul<tf.Tensor2D>(gradient, rows, true)];
      return [
        tf.matMul<tf.Tensor2D>(gradient, candidates),
        before ? tf.add(before[0], sum) : sum,
        before ? tf.add<tf.Tensor2D>(before[1], sent) : sent,
      ] as [tf.Tensor2D, tf.Tensor, tf.Tensor2D];
    });
    anchorGradients.push(anchorGradient);
    tf.dispose(before as unknown as tf.Tensor[]);
    total = next;
  }
  const [loss, candidateGradient] = total as NonNullable<typeof total>;
  return {
    loss: tf.div<tf.Scalar>(loss, count),
    anchorGradient: tf.div<tf.Tensor2D>(tf.concat(anchorGradients, 0), count * temperature),
    candidateGradient: tf.div<tf.Tensor2D>(candidateGradient, count),
  };
}

/**
 * x itself, in a graph not before another tensor is there: else a graph would make all pieces at once. By its values, not by `after` of
 * @simclr/core, whose order a program of XLA's does not keep.
 */
function dependingOn(other: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add<tf.Tensor2D>(x, tf.mul(tf.slice(other, [0, 0], [1, 1]), 0));
}

/**
 * Each row's `-log softmax[positive]` over all columns but the row's own, and its gradient by the logits. The greatest
 * share of a row is one over its partition, `sum exp(logit - greatest logit)`: no second pass of exponentials.
 */
function softmaxWithoutSelf(logits: tf.Tensor2D, columnOf: Record<"self" | "positive", (row: number) => number>) {
  const rows = logits.shape[0];
  const cells = (column: (row: number) => number) =>
    tf.tensor2d(Array.from({ length: rows }, (_, row) => [row, column(row)]), [rows, 2], "int32"); // biome-ignore format: one line
  const positive = cells(columnOf.positive);
  const others = tf.tensorScatterUpdate(logits, cells(columnOf.self), tf.fill([rows], excluded));
  const shares = tf.softmax(others);
  const belowGreatest = tf.sub(tf.max(others, 1), tf.gatherND(others, positive));
  return {
    losses: tf.sub<tf.Tensor1D>(belowGreatest, tf.log(tf.max(shares, 1))),
    gradient: tf.tensorScatterUpdate(shares, positive, tf.sub(tf.gatherND(shares, positive), 1)) as tf.Tensor2D,
  };
}
