import { type BatchMix, parameterTensors, type View } from "@simclr/augmentations";
import { type Communicator, foldIn, type RandomKey, type TensorTree } from "@simclr/core";
import { batches, type Dataset } from "@simclr/data/browser";
import * as tf from "@tensorflow/tfjs-core";
import type { ClassificationTask } from "./classification-task.js";

/** What a classification step takes besides its state; the reader owns the tensors. */
export type LabelledInputs = {
  readonly images: tf.Tensor4D;
  /** `[count, width]`, int32. */
  readonly labels: tf.Tensor2D;
  readonly viewParameters: TensorTree;
  /** An empty list where nothing is mixed. */
  readonly mixParameters: TensorTree;
};

export interface LabelledInputsOptions<Labelled extends Dataset> {
  readonly task: Pick<ClassificationTask<Labelled>, "labelsOf">;
  readonly dataset: Labelled;
  readonly view: View;
  readonly mix?: BatchMix | undefined;
  /** Over all replicas. */
  readonly batchSize: number;
  readonly epochs: number;
  readonly key: RandomKey;
  readonly communicator: Communicator;
}

/** The inputs of every step: a function of the key and the step alone. Images are read ahead. */
export async function* labelledInputs<Labelled extends Dataset>(
  options: LabelledInputsOptions<Labelled>,
): AsyncGenerator<LabelledInputs, undefined> {
  const { task, view, mix, batchSize, epochs, key, communicator } = options;
  const dataset = ownShare(options.dataset, communicator);
  const [augmentationKey, mixKey] = [foldIn(key, "augmentation"), foldIn(key, "mix")];
  for await (const batch of batches(dataset, { batchSize, epochs, key: foldIn(key, "data"), reuse: true })) {
    const { images, shape, imageSizes } = batch;
    const [count, height, width] = shape;
    const context = { batchSize: count, imageSize: [height, width] as const, ...(imageSizes && { imageSizes }) };
    const ofStep = (parent: RandomKey) => foldIn(foldIn(parent, batch.step), communicator.rank);
    const after = { batchSize: count, imageSize: view.outputSize ?? context.imageSize };
    const labels = task.labelsOf(dataset, batch);
    yield {
      images: tf.tensor4d(images, [...shape], "int32"),
      labels: tf.tensor2d(labels, [count, labels.length / count], "int32"),
      viewParameters: parameterTensors(view.sample(ofStep(augmentationKey), context)),
      mixParameters: parameterTensors(mix?.sample(ofStep(mixKey), after) ?? []),
    };
  }
}

/** Of every batch, the images that are this replica's to read. */
function ownShare<Labelled extends Dataset>(dataset: Labelled, { rank, size }: Communicator): Labelled {
  const read: Dataset["read"] = (indices) => {
    const share = indices.length / size;
    return dataset.read(indices.slice(rank * share, (rank + 1) * share));
  };
  return size === 1 ? dataset : { ...dataset, read };
}
