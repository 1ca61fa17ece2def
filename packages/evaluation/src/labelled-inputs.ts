import { parameterTensors, type View } from "@simclr/augmentations";
import { type Communicator, foldIn, type RandomKey, type TensorTree } from "@simclr/core";
import { batches, type Dataset } from "@simclr/data/browser";
import * as tf from "@tensorflow/tfjs-core";

/** What a classification step takes besides its state; the reader owns the tensors. */
export type LabelledInputs = {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
  readonly viewParameters: TensorTree;
};

export interface LabelledInputsOptions {
  readonly dataset: Dataset;
  readonly view: View;
  /** Over all replicas. */
  readonly batchSize: number;
  readonly epochs: number;
  readonly key: RandomKey;
  readonly communicator: Communicator;
}

/** The inputs of every step: a function of the key and the step alone. Images are read ahead. */
export async function* labelledInputs(options: LabelledInputsOptions): AsyncGenerator<LabelledInputs, undefined> {
  const { view, batchSize, epochs, key, communicator } = options;
  const dataset = ownShare(options.dataset, communicator);
  const augmentationKey = foldIn(key, "augmentation");
  for await (const batch of batches(dataset, { batchSize, epochs, key: foldIn(key, "data") })) {
    const { images, shape, imageSizes, labels } = batch;
    const [count, height, width] = shape;
    const context = { batchSize: count, imageSize: [height, width] as const, ...(imageSizes && { imageSizes }) };
    const stepKey = foldIn(foldIn(augmentationKey, batch.step), communicator.rank);
    yield {
      images: tf.tensor4d(images, [...shape], "int32"),
      labels: tf.tensor1d(labels as Int32Array, "int32"),
      viewParameters: parameterTensors(view.sample(stepKey, context)),
    };
  }
}

/** Of every batch, the images that are this replica's to read. */
function ownShare(dataset: Dataset, { rank, size }: Communicator): Dataset {
  const read: Dataset["read"] = (indices) => {
    const share = indices.length / size;
    return dataset.read(indices.slice(rank * share, (rank + 1) * share));
  };
  return size === 1 ? dataset : { ...dataset, read };
}
