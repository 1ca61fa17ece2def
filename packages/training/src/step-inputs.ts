import { parameterTensors, type View } from "@simclr/augmentations";
import { foldIn, invalidArgument, type RandomKey, type TensorTree } from "@simclr/core";
import { batches, type Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";

/** What a step takes besides its state; the reader owns the tensors. */
export type StepInputs = {
  readonly images: tf.Tensor4D;
  readonly parametersA: TensorTree;
  readonly parametersB: TensorTree;
  readonly labels?: tf.Tensor1D;
};

export interface StepInputsOptions {
  readonly dataset: Dataset;
  readonly views: readonly [View, View];
  readonly batchSize: number;
  readonly key: RandomKey;
  readonly startStep: number;
  readonly totalSteps: number;
  readonly prefetch?: number;
  /** How many classes the labels have, where the inputs hold them. */
  readonly classCount?: number;
}

/**
 * The inputs of every step from `startStep` on. Step i's are a function of the key and of i alone: a run that goes on
 * sees what it would have seen. Each is made when it is asked for; images are read ahead.
 *
 * @throws SIMCLR_ERROR__DATA__BATCH_TOO_LARGE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT at once
 */
export function stepInputs(options: StepInputsOptions): AsyncGenerator<StepInputs, undefined> {
  const { dataset, batchSize, startStep, totalSteps, prefetch } = options;
  if (options.classCount !== undefined) assertLabels(dataset, options.classCount);
  // No image is read ahead of its use in epochs that the run does not reach.
  const epochs = Math.ceil(totalSteps / Math.max(1, Math.floor(dataset.length / batchSize)));
  const key = foldIn(options.key, "data");
  // Their pixels are copied to a tensor before the next batch is asked for.
  const order = { batchSize, key, startStep, epochs, reuse: true, ...(prefetch !== undefined && { prefetch }) };
  return prepare(batches(dataset, order), options);
}

async function* prepare(
  read: ReturnType<typeof batches>,
  { views, key, startStep, totalSteps, classCount }: StepInputsOptions,
): AsyncGenerator<StepInputs, undefined> {
  if (startStep >= totalSteps) return;
  const augmentationKey = foldIn(key, "augmentation");
  for await (const { images, shape, imageSizes, step, labels } of read) {
    const [batchSize, height, width] = shape;
    const stepKey = foldIn(augmentationKey, step);
    const context = {
      batchSize,
      imageSize: [height, width] as const,
      ...(imageSizes && { imageSizes }),
      sharedKey: foldIn(stepKey, "shared"),
    };
    const [parametersA, parametersB] = views.map((view, i) =>
      parameterTensors(view.sample(foldIn(stepKey, i), context)),
    );
    yield {
      images: tf.tensor4d(images, [...shape], "int32"),
      parametersA: parametersA as TensorTree,
      parametersB: parametersB as TensorTree,
      ...(classCount !== undefined && labels && { labels: tf.tensor1d(labels, "int32") }),
    };
    if (step + 1 >= totalSteps) return;
  }
}

function assertLabels({ labels }: Dataset, classCount: number): void {
  const expected = `a dataset with labels from 0 to ${classCount - 1}, as the step learns from them`;
  const remedy = "Use a folder for each class, CIFAR or digits, and as many classes as the dataset has.";
  if (!labels) throw invalidArgument("dataset", "no labels", expected, remedy);
  const wrong = labels.find((label) => label < 0 || label >= classCount);
  if (wrong !== undefined) throw invalidArgument("dataset", `the label ${wrong}`, expected, remedy);
}
