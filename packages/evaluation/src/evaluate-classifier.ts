import type { BatchMix, ImageSize, View } from "@simclr/augmentations";
import {
  type Communicator,
  disposeTree,
  eager,
  foldIn,
  invalidArgument,
  type Json,
  type ModelVariables,
} from "@simclr/core";
import type { Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";
import { assertCount, bootstrapInterval } from "./bootstrap-interval.js";
import { classScores } from "./class-scores.js";
import { assertMetric, type ClassificationMetric } from "./classification-metric.js";
import type { ClassificationTask, LabelledParts } from "./classification-task.js";
import type { Classifier } from "./classifier.js";
import type { EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import { supervisedView, testView } from "./image-views.js";
import { supervisedHeadPath } from "./supervised-head.js";
import type { Teacher } from "./teacher.js";
import { diverged, trainClassifier } from "./train-classifier.js";
import { recipeOptimizer, stepsOf, type TrainingRecipe } from "./training-recipe.js";

/** How images reach a network: options of every evaluator that trains on images. */
export interface ImageOptions {
  /** The size of the images that the network sees: a side, or height and width. Default: the train images' own. */
  readonly imageSize?: number | ImageSize;
  /**
   * How train images are seen. Default: random crop and flip, the published one; `simclrView` of @simclr/augmentations is
   * SimCLR's, and digits and letters want a view without the flip.
   */
  readonly view?: View;
  /** Test images in a call. Default 256, the reference's `--eval_batch_size`. */
  readonly evaluationBatchSize?: number;
  /** What the interval is of. Default `"top1"`. */
  readonly metric?: ClassificationMetric;
  /** Of the bootstrap. Default 1000. */
  readonly resamples?: number;
}

export interface ClassifierEvaluation<Labelled extends Dataset> {
  readonly protocol: string;
  readonly task: ClassificationTask<Labelled>;
  readonly classifier: Classifier;
  /** All parameters and batch statistics, the supervised head's too; borrowed. */
  readonly variables: ModelVariables;
  readonly classCount: number;
  readonly datasets: LabelledParts<Labelled>;
  readonly recipe: TrainingRecipe;
  readonly imageSize: ImageSize;
  /** What is done to train images after their view. */
  readonly mix?: BatchMix | undefined;
  /** Whose predictions the task learns by, with variables of its own among those that do not learn. */
  readonly teacher?: Teacher | undefined;
  readonly options: EvaluatorOptions & ImageOptions;
  /** What else the result tells about the protocol. */
  readonly settings: { readonly [name: string]: Json };
  readonly communicator: Communicator;
}

/** What was measured, and of what. */
export interface EvaluatedClassifier {
  readonly result: EvaluationResult;
  /** What learned, owned by the caller. */
  readonly learned: ModelVariables;
}

/** What every evaluator that trains on images does once it knows what learns: trains, scores the test images, tells. */
export async function evaluateClassifier<Labelled extends Dataset>(
  evaluation: ClassifierEvaluation<Labelled>,
): Promise<EvaluationResult> {
  const { result, learned } = await evaluatedClassifier(evaluation);
  disposeTree(learned);
  return result;
}

/** The same, and what learned goes on to be used. */
export async function evaluatedClassifier<Labelled extends Dataset>(
  evaluation: ClassifierEvaluation<Labelled>,
): Promise<EvaluatedClassifier> {
  const begun = performance.now();
  const { task, classifier, variables, classCount, datasets, recipe, imageSize, options, communicator } = evaluation;
  const { train, test, validation } = datasets;
  const { key, compile = eager, onProgress, signal, evaluationBatchSize = 256 } = options;
  const { metric = "top1", resamples = 1000 } = options;
  const { view = supervisedView(imageSize) } = options;
  const { epochs, batchSize } = recipe;
  const totalSteps = stepsOf(recipe, train.length);
  const learned = Object.entries(variables.params).filter(
    ([path, tensor]) => path.startsWith(`${supervisedHeadPath}/`) || classifier.trains(path, tensor),
  );
  const common = { task, classifier, variables, classCount, compile, signal };
  const { trainLoss, trainTop1, ...trained } = await trainClassifier({
    ...common,
    dataset: train,
    view,
    mix: evaluation.mix,
    teacher: evaluation.teacher,
    batchSize,
    epochs,
    steps: totalSteps,
    optimizer: recipeOptimizer(recipe, train.length, Object.fromEntries(learned)),
    key: foldIn(key, "training"),
    communicator,
    ...(onProgress && { onProgress: (step: number) => onProgress(step, totalSteps) }),
  });
  try {
    const { params, state } = trained.learned;
    const merged = { params: { ...variables.params, ...params }, state: { ...variables.state, ...state } };
    const asked = { dataset: test, view: testView(imageSize), batchSize: evaluationBatchSize };
    const scored = await classScores({ ...common, ...asked, variables: merged });
    const loss = task.testLoss(scored);
    if (!Number.isFinite(loss)) throw diverged(totalSteps, loss);
    const { statistic, metrics, settings, ...measured } = task.measure(scored, metric, test);
    const result = {
      protocol: evaluation.protocol,
      ...measured,
      metrics: { ...metrics, loss, trainLoss, ...(trainTop1 !== undefined && { trainTop1 }) },
      interval: bootstrapInterval(test.length, statistic, { key: foldIn(key, "bootstrap"), resamples }),
      settings: {
        ...{ ...recipe, ...evaluation.settings, ...settings, imageSize },
        view: view.augmentations.map(({ name }) => name),
      },
      counts: { train: train.length, validation: validation?.length ?? 0, test: test.length, classes: classCount },
      recipe: options.recipe ?? null,
      key,
      versions: { "@tensorflow/tfjs-core": tf.version_core, ...options.versions },
      seconds: (performance.now() - begun) / 1000,
    };
    return { result, learned: trained.learned };
  } catch (error) {
    disposeTree(trained.learned);
    throw error;
  }
}

/**
 * The size that a network sees.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for image options out of their range
 */
export function networkImageSize(
  { imageSize, evaluationBatchSize = 1, metric = "top1", resamples = 1 }: ImageOptions,
  { train }: LabelledParts<Dataset>,
): ImageSize {
  const [height, width] = train.imageShape;
  const size = typeof imageSize === "number" ? ([imageSize, imageSize] as const) : (imageSize ?? [height, width]);
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  if (size.length !== 2 || !size.every(isCount)) {
    throw invalidArgument("imageSize", imageSize, "a positive integer or two of them, [height, width]");
  }
  if (!isCount(evaluationBatchSize)) {
    throw invalidArgument("evaluationBatchSize", evaluationBatchSize, "an integer of at least 1");
  }
  assertMetric(metric);
  assertCount("resamples", resamples);
  return size;
}
