import { invalidArgument } from "@simclr/core";
import type { ContrastiveLoss } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { cachedGradients } from "./cached-gradients.js";
import { lossAndGradients } from "./loss-and-gradients.js";
import { encodeViews, type Network, type ViewStatistics } from "./network.js";
import type { Objective, ObjectiveInputs } from "./objective.js";

/** Scalars about two views' projections, `[batch, features]` each. Borrows its arguments. */
export type ProjectionMetrics = (viewA: tf.Tensor2D, viewB: tf.Tensor2D) => Readonly<Record<string, tf.Scalar>>;

/** A {@link ContrastiveLoss} that may look at the images' labels, int32 `[batch]`; see `classCount`. */
export type LabelledLoss = (viewA: tf.Tensor2D, viewB: tf.Tensor2D, labels: tf.Tensor1D) => tf.Scalar;

export interface SimclrObjectiveOptions {
  readonly loss: LabelledLoss;
  readonly classCount?: number;
  readonly metrics: ProjectionMetrics;
  readonly statistics: ViewStatistics;
  readonly microBatchSize?: number;
}

/** A loss of both views' projections by one network: SimCLR, and with another loss Barlow Twins or VICReg. */
export function simclrObjective(network: Network, options: SimclrObjectiveOptions): Objective<Record<string, never>> {
  const { loss: labelled, metrics, statistics, microBatchSize, classCount } = options;
  // A loss that takes labels is refused without classCount, which brings them.
  const lossOf = (labels: tf.Tensor1D | undefined): ContrastiveLoss => {
    return (a, b) => labelled(a, b, labels as tf.Tensor1D);
  };

  const wholeBatch = ({ params, batchStats, viewA, viewB, labels }: ObjectiveInputs<Record<string, never>>) => {
    const loss = lossOf(labels);
    const { value, gradients, auxiliary } = lossAndGradients(params, () => {
      const encoded = encodeViews(network, { params, batchStats }, viewA, viewB, statistics);
      return { loss: loss(encoded.projectionsA, encoded.projectionsB), auxiliary: encoded };
    });
    return { loss: value, gradients, encoded: auxiliary };
  };

  const chunkwise = (inputs: ObjectiveInputs<Record<string, never>>, size: number) => {
    const { params, batchStats, viewA, viewB, labels } = inputs;
    const batch = viewA.shape[0];
    if (batch % size !== 0) {
      const remedy = "Batch norms take statistics of each chunk; a smaller last one would have others.";
      throw invalidArgument("microBatchSize", size, `a divisor of the batch size, ${batch}`, remedy);
    }
    const chunkOf = (view: tf.Tensor4D, chunk: number): tf.Tensor4D =>
      tf.slice(view, [chunk * size, 0, 0, 0], [size, -1, -1, -1]);
    const encode = (chunk: number, before: typeof batchStats) =>
      encodeViews(network, { params, batchStats: before }, chunkOf(viewA, chunk), chunkOf(viewB, chunk), statistics);
    return cachedGradients(params, batchStats, batch / size, encode, lossOf(labels));
  };

  return {
    ...(classCount !== undefined && { classCount }),
    init: () => ({ params: {}, batchStats: {}, state: {} }),
    evaluate: (inputs) => {
      const cached = microBatchSize !== undefined && microBatchSize < inputs.viewA.shape[0];
      const { encoded, ...found } = cached ? chunkwise(inputs, microBatchSize) : wholeBatch(inputs);
      return {
        ...found,
        features: tf.concat([encoded.featuresA, encoded.featuresB]),
        batchStats: encoded.batchStats,
        metrics: metrics(encoded.projectionsA, encoded.projectionsB),
        next: () => ({}),
      };
    },
  };
}
