import { parameterTensors, type View } from "@simclr/augmentations";
import { type Compile, disposeTree, type ModelVariables, randomKey, type TensorTree } from "@simclr/core";
import { batches, type Dataset } from "@simclr/data/browser";
import * as tf from "@tensorflow/tfjs-core";
import type { ClassificationTask, ScoredImages } from "./classification-task.js";
import type { Classifier } from "./classifier.js";
import { applySupervisedHead } from "./supervised-head.js";

export interface ClassScoresOptions<Labelled extends Dataset> {
  readonly task: Pick<ClassificationTask<Labelled>, "labelsOf">;
  readonly classifier: Classifier;
  /** Parameters and batch statistics; borrowed. */
  readonly variables: ModelVariables;
  readonly classCount: number;
  readonly dataset: Labelled;
  /** Draws nothing at random. */
  readonly view: View;
  readonly batchSize: number;
  readonly compile: Compile;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A classifier's logits of all images, in order, `[length, classCount]`, in inference mode, and the labels of the images
 * that were read, as the task has them. Every call has the same shape; the last batch is filled up with black images.
 */
export async function classScores<Labelled extends Dataset>(
  options: ClassScoresOptions<Labelled>,
): Promise<ScoredImages> {
  const { task, classifier, variables, classCount, dataset, view, compile, signal } = options;
  const rows = Math.min(options.batchSize, dataset.length);
  const [height, width, channels] = dataset.imageShape;
  const score = compile(
    ({ params, state }: ModelVariables, images: tf.Tensor4D, viewParameters: TensorTree): tf.Tensor2D => {
      const seen = view.apply(tf.div(tf.cast(images, "float32"), 255), viewParameters);
      return applySupervisedHead(params, classifier.represent(params, state, seen, { training: false }).features);
    },
    { name: "classScores" },
  );
  const scores = new Float32Array(dataset.length * classCount);
  const labels: number[] = [];
  let start = 0;
  try {
    const inOrder = { batchSize: rows, shuffle: false, epochs: 1, dropRemainder: false } as const;
    for await (const batch of batches(dataset, inOrder)) {
      signal?.throwIfAborted();
      const padded = new Uint8Array(rows * height * width * channels);
      padded.set(batch.images);
      const imageSizes = Array.from(
        { length: rows },
        (_, row) => batch.imageSizes?.[row] ?? ([height, width] as const),
      );
      const context = { batchSize: rows, imageSize: [height, width] as const, imageSizes };
      const images = tf.tensor4d(padded, [rows, height, width, channels], "int32");
      const viewParameters = parameterTensors(view.sample(randomKey(0), context));
      try {
        const output = await score.async(variables, images, viewParameters);
        const values = await output.data();
        output.dispose();
        scores.set(values.subarray(0, batch.shape[0] * classCount), start * classCount);
        for (const label of task.labelsOf(dataset, batch)) labels.push(label);
        start += batch.shape[0];
      } finally {
        disposeTree([images, viewParameters]);
      }
    }
  } finally {
    score.dispose();
  }
  return { scores, labels: Int32Array.from(labels), classCount };
}
