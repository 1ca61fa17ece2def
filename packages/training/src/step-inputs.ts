import { parameterTensors, type View } from "@simclr/augmentations";
import { foldIn, type RandomKey, type TensorTree } from "@simclr/core";
import { batches, type Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";

/** What a step takes besides its state; the reader owns the tensors. */
export type StepInputs = {
  readonly images: tf.Tensor4D;
  readonly parametersA: TensorTree;
  readonly parametersB: TensorTree;
};

export interface StepInputsOptions {
  readonly dataset: Dataset;
  readonly views: readonly [View, View];
  readonly batchSize: number;
  readonly key: RandomKey;
  readonly startStep: number;
  readonly totalSteps: number;
  readonly prefetch?: number;
}

/**
 * The inputs of every step from `startStep` on. Step i's are a function of the key and of i alone: a run that goes on
 * sees what it would have seen. Each is made when it is asked for; images are read ahead.
 *
 * @throws SIMCLR_ERROR__DATA__BATCH_TOO_LARGE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT at once
 */
export function stepInputs(options: StepInputsOptions): AsyncGenerator<StepInputs, undefined> {
  const { dataset, batchSize, startStep, totalSteps, prefetch } = options;
  // No image is read ahead of its use in epochs that the run does not reach.
  const epochs = Math.ceil(totalSteps / Math.max(1, Math.floor(dataset.length / batchSize)));
  const key = foldIn(options.key, "data");
  const order = { batchSize, key, startStep, epochs, ...(prefetch !== undefined && { prefetch }) };
  return prepare(batches(dataset, order), options);
}

async function* prepare(
  read: ReturnType<typeof batches>,
  { views, key, startStep, totalSteps }: StepInputsOptions,
): AsyncGenerator<StepInputs, undefined> {
  if (startStep >= totalSteps) return;
  const augmentationKey = foldIn(key, "augmentation");
  for await (const { images, shape, imageSizes, step } of read) {
    const [batchSize, height, width] = shape;
    const context = { batchSize, imageSize: [height, width] as const, ...(imageSizes && { imageSizes }) };
    const stepKey = foldIn(augmentationKey, step);
    const [parametersA, parametersB] = views.map((view, i) =>
      parameterTensors(view.sample(foldIn(stepKey, i), context)),
    );
    yield {
      images: tf.tensor4d(images, [...shape], "int32"),
      parametersA: parametersA as TensorTree,
      parametersB: parametersB as TensorTree,
    };
    if (step + 1 >= totalSteps) return;
  }
}
