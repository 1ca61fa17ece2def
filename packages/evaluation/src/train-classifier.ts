import type { BatchMix, View } from "@simclr/augmentations";
import {
  type Communicator,
  type Compile,
  disposeTree,
  invalidArgument,
  type ModelVariables,
  mapTree,
  type Parameters,
  type RandomKey,
  simclrError,
} from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { GradientTransformation } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { type ClassifierState, classificationStep } from "./classification-step.js";
import type { ClassificationTask } from "./classification-task.js";
import type { Classifier } from "./classifier.js";
import { type LabelledInputs, labelledInputs } from "./labelled-inputs.js";
import { supervisedHeadPath } from "./supervised-head.js";
import type { Teacher } from "./teacher.js";

export interface ClassifierTraining<Labelled extends Dataset = Dataset> {
  readonly task: Pick<ClassificationTask<Labelled>, "labelsOf" | "targets" | "loss" | "accuracy">;
  readonly classifier: Classifier;
  /** All the classifier's parameters and batch statistics, those that do not learn too; borrowed. */
  readonly variables: ModelVariables;
  readonly dataset: Labelled;
  readonly view: View;
  /** What is done to each batch after the view, labels too. Default: nothing. */
  readonly mix?: BatchMix | undefined;
  /** What tells the task of each batch as it is seen. Default: none. */
  readonly teacher?: Teacher | undefined;
  readonly batchSize: number;
  readonly epochs: number;
  /** Ends so early; at most as many as the epochs have. Default: all of theirs. */
  readonly steps?: number | undefined;
  readonly optimizer: GradientTransformation;
  readonly key: RandomKey;
  readonly compile: Compile;
  readonly communicator: Communicator;
  /** Called after each step. */
  readonly onProgress?: ((step: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainedClassifier {
  /** What learned, owned by the caller. */
  readonly learned: ModelVariables;
  /** The mean loss of the last step's batch, as it was seen: mixed, where batches are. */
  readonly trainLoss: number;
  /** The accuracy of the same batch, where the task has one. */
  readonly trainTop1?: number;
}

/**
 * Trains a classifier to the last step; the last step's numbers count, not the best epoch's.
 *
 * @throws SIMCLR_ERROR__EVALUATION__DIVERGED after the first epoch whose last loss is not a finite number
 */
export async function trainClassifier<Labelled extends Dataset>(
  training: ClassifierTraining<Labelled>,
): Promise<TrainedClassifier> {
  const { classifier, variables, optimizer, dataset, batchSize, epochs, compile, onProgress, signal } = training;
  const learns = (path: string, tensor: tf.Tensor) =>
    path.startsWith(`${supervisedHeadPath}/`) || classifier.trains(path, tensor);
  const [params, frozenParams] = divide(variables.params, learns);
  const [state, frozenState] = divide(variables.state, learns);
  const frozen = { params: frozenParams, state: frozenState };
  const stepsPerEpoch = Math.floor(dataset.length / batchSize);
  const { steps = epochs * stepsPerEpoch } = training;
  const { size } = training.communicator;
  if (batchSize % size !== 0) throw invalidArgument("batchSize", batchSize, `a multiple of the ${size} replicas`);
  const step = compile(classificationStep(training), { name: "classificationStep" });

  let own: ClassifierState = {
    params: mapTree(params, (tensor) => tf.clone(tensor)),
    state: mapTree(state, (tensor) => tf.clone(tensor)),
    optimizerState: optimizer.init(params),
    step: tf.scalar(0, "int32"),
  };
  const source = labelledInputs(training);
  let upcoming: Promise<IteratorResult<LabelledInputs, undefined>> | undefined;
  const ask = () => {
    upcoming = source.next();
    // An error is thrown when the inputs are needed; until then it is nobody's.
    upcoming.catch(() => {});
    return upcoming;
  };
  let trainLoss = Number.NaN;
  let trainTop1: number | undefined;
  const endsEpoch = (done: number) => done % stepsPerEpoch === 0 || done === steps;
  try {
    for (let done = 1; done <= steps; done++) {
      signal?.throwIfAborted();
      const { value } = await (upcoming ?? ask());
      const inputs = value as LabelledInputs;
      upcoming = undefined;
      try {
        const running = step.async(
          own,
          frozen,
          inputs.images,
          inputs.labels,
          inputs.viewParameters,
          inputs.mixParameters,
        );
        ask();
        const { state: next, metrics } = await running;
        disposeTree(own);
        own = next;
        if (endsEpoch(done)) {
          trainLoss = (await metrics.loss.data())[0] as number;
          trainTop1 = (await metrics.accuracy?.data())?.[0];
        }
        disposeTree(metrics);
      } finally {
        disposeTree(inputs);
      }
      if (endsEpoch(done) && !Number.isFinite(trainLoss)) throw diverged(done, trainLoss);
      onProgress?.(done);
      await turnOfTheEventLoop();
    }
    const learned = mapTree({ params: own.params, state: own.state }, (tensor) => tf.clone(tensor));
    return { learned, trainLoss, ...(trainTop1 !== undefined && { trainTop1 }) };
  } finally {
    const unused = await upcoming?.catch(() => undefined);
    if (unused?.value) disposeTree(unused.value);
    await source.return(undefined);
    disposeTree(own);
    step.dispose();
  }
}

function divide(tensors: Parameters, chooses: (path: string, tensor: tf.Tensor) => boolean): [Parameters, Parameters] {
  const part = (wanted: boolean) =>
    Object.fromEntries(Object.entries(tensors).filter(([path, tensor]) => chooses(path, tensor) === wanted));
  return [part(true), part(false)];
}

/** A backend that computes on this thread would otherwise never let a signal in. */
function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The error of a classifier whose numbers have run away. */
export function diverged(step: number, loss: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__DIVERGED",
    { step, loss },
    {
      expected: "a loss that is a finite number",
      received: `${loss} after step ${step}`,
      remedy: "Lower the learning rate; if the first epoch ends so, look whether the encoder gives finite features.",
    },
  );
}
