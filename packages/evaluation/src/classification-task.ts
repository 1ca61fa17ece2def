import type { Dataset, ImageBatch } from "@simclr/data";
import type * as tf from "@tensorflow/tfjs-core";
import type { ClassificationMetric } from "./classification-metric.js";
import type { Measurement } from "./evaluate-features.js";

/** Images with labels of one kind, in the parts that an evaluator needs. */
export interface LabelledParts<Labelled extends Dataset> {
  readonly train: Labelled;
  readonly validation?: Labelled;
  readonly test: Labelled;
}

/** A classifier's logits of all images of a dataset, and their labels, row by row. */
export interface ScoredImages {
  /** `[count, classCount]` */
  readonly scores: Float32Array;
  /** `[count, width]`, as {@link ClassificationTask.labelsOf} has them. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

/**
 * What a classifier has to tell of an image, its one class or all that it shows: the labels, the loss that it learns by, and
 * how it is measured. All else of supervised training is the same.
 */
export interface ClassificationTask<Labelled extends Dataset = Dataset> {
  /** Refuses what nothing can be learned from or measured on, before an image is decoded. @returns the number of classes */
  assertDatasets(parts: LabelledParts<Labelled>): number;
  /** Two datasets of the same classes, one after the other. */
  joined(first: Labelled, second: Labelled): Labelled;
  /** Of a batch that was read of the dataset: `[count, width]`, the width 1 or the number of classes. */
  labelsOf(dataset: Labelled, batch: ImageBatch): Int32Array;
  /**
   * What logits are compared with, `[count, classCount]`, owned by the caller. Part of a compiled step, so it reads no values.
   *
   * @param labels `[count, width]`, int32
   */
  targets(labels: tf.Tensor2D, classCount: number): tf.Tensor2D;
  /**
   * The mean loss of a batch of logits `[count, classCount]`. Part of a compiled step too.
   *
   * @param targets as {@link ClassificationTask.targets} has them, or a mixture of them
   * @param taught a teacher's logits of the same images, where there is a teacher
   */
  loss(logits: tf.Tensor2D, targets: tf.Tensor2D, taught?: tf.Tensor2D): tf.Scalar;
  /** The accuracy of a batch, where an image has one class: of each image the first class's share of its targets, in the mean. */
  accuracy?(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar;
  /** The same loss of test images, in double precision. */
  testLoss(scored: ScoredImages): number;
  /** @param metric the primary one, where the task has several */
  measure(scored: ScoredImages, metric: ClassificationMetric, dataset: Labelled): Measurement;
}
