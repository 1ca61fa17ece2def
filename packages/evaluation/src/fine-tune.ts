import { type Communicator, disposeTree, invalidArgument, type Json } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { ClassificationTask, LabelledParts } from "./classification-task.js";
import type { Classifier } from "./classifier.js";
import {
  type EvaluatedClassifier,
  evaluatedClassifier,
  type ImageOptions,
  networkImageSize,
} from "./evaluate-classifier.js";
import type { EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import { networkClassifier } from "./network-classifier.js";
import { initSupervisedHead } from "./supervised-head.js";
import type { TrainableEncoder } from "./trainable-encoder.js";
import { type TrainingOptions, type TrainingRecipe, trainingRecipe } from "./training-recipe.js";

export interface FineTuneOptions extends TrainingOptions, ImageOptions {
  /** What learns: everything (-1, the default), what follows the stem (0) or block group 1 to 4. */
  readonly fineTuneAfterBlock?: -1 | 0 | 1 | 2 | 3 | 4;
  /**
   * What the classifier is put on: the features h (0, the default and the paper's), or the output of layer k of the
   * projection head, which then learns with the rest. SimCLR v2 takes 1 for 1% and 10% of the labels.
   */
  readonly fineTuneFromHeadLayer?: number;
}

export interface FineTuning<Labelled extends Dataset> {
  readonly task: ClassificationTask<Labelled>;
  readonly subject: TrainableEncoder;
  readonly datasets: LabelledParts<Labelled>;
  readonly options: FineTuneOptions & EvaluatorOptions;
  /** Passes over the train images, unless the options say how long. */
  readonly epochs: number;
  /** What else the result tells about the protocol. */
  readonly settings?: { readonly [name: string]: Json };
  readonly communicator: Communicator;
}

/** A network that was fine-tuned: what was measured, and all that is needed to ask it. */
export interface FineTuned extends EvaluatedClassifier {
  readonly classifier: Classifier;
}

/** Trains a network on, from a linear classifier of zeros on top of it, for a task of any kind. */
export async function fineTune<Labelled extends Dataset>(fineTuning: FineTuning<Labelled>): Promise<EvaluationResult> {
  const { result, learned } = await fineTuned(fineTuning);
  disposeTree(learned);
  return result;
}

/** The published passes over the images whose labels are used. */
export const fineTuneEpochs = (labelFraction: number): number => (labelFraction <= 0.01 ? 60 : 30);

/** The recipe of fine-tuning so many images: Nesterov momentum at 0.05 * batch / 256, without warm-up and decay. */
export function fineTuneRecipe(options: TrainingOptions, epochs: number, exampleCount: number): TrainingRecipe {
  const baseRates = { nesterov: 0.05, lars: 0.005 };
  return trainingRecipe(options, { epochs, batchSize: 256, weightDecay: 0, warmupEpochs: 0, baseRates }, exampleCount);
}

/** {@link fineTune}, and what learned goes on to be used. */
export async function fineTuned<Labelled extends Dataset>(fineTuning: FineTuning<Labelled>): Promise<FineTuned> {
  const { task, subject, datasets, options, epochs, settings, communicator } = fineTuning;
  const { fineTuneAfterBlock = -1, fineTuneFromHeadLayer = 0 } = options;
  if (![-1, 0, 1, 2, 3, 4].includes(fineTuneAfterBlock)) {
    throw invalidArgument("fineTuneAfterBlock", fineTuneAfterBlock, "-1, or a whole number from 0 to 4");
  }
  if (!(Number.isInteger(fineTuneFromHeadLayer) && fineTuneFromHeadLayer >= 0)) {
    throw invalidArgument("fineTuneFromHeadLayer", fineTuneFromHeadLayer, "0 or the number of a layer of the head");
  }
  const { train } = datasets;
  const classCount = task.assertDatasets(datasets);
  const imageSize = networkImageSize(options, datasets);
  const recipe = fineTuneRecipe(options, epochs, train.length);
  const imageShape = [...imageSize, train.imageShape[2]] as const;
  const freezing = { afterBlock: fineTuneAfterBlock, fromHeadLayer: fineTuneFromHeadLayer };
  const classifier = networkClassifier(subject, freezing, imageShape);
  const head = initSupervisedHead(classifier.featureSize, classCount);
  try {
    const evaluated = await evaluatedClassifier({
      protocol: "fine-tune",
      task,
      classifier,
      variables: { params: { ...subject.params, ...head }, state: subject.state },
      classCount,
      datasets,
      recipe,
      imageSize,
      options,
      settings: { ...settings, fineTuneAfterBlock, fineTuneFromHeadLayer, featureSize: classifier.featureSize },
      communicator,
    });
    return { ...evaluated, classifier };
  } finally {
    disposeTree(head);
  }
}
