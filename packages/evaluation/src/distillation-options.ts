import { type Backbone, invalidArgument } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { tooFewImages } from "./errors.js";
import type { ImageOptions } from "./evaluate-classifier.js";
import type { EvaluatorOptions } from "./evaluator.js";
import type { FineTuneOptions } from "./fine-tune.js";
import type { Student } from "./student.js";
import type { TrainingDefaults, TrainingOptions } from "./training-recipe.js";

/** How images are seen, and what is measured, is the same for teacher and student; the rest is the student's. */
export interface DistillationEvaluatorOptions extends TrainingOptions, ImageOptions {
  /** The share of the train images whose labels are used, as `fineTuneEvaluator` chooses them. Default 1. */
  readonly labelFraction?: number;
  /** How the teacher is fine-tuned. Default: all as `fineTuneEvaluator` does it. */
  readonly teacher?: TrainingOptions & Pick<FineTuneOptions, "fineTuneAfterBlock" | "fineTuneFromHeadLayer">;
  /**
   * The student: a network, which goes on from its numbers, or a backbone alone, which begins with random ones. Default: the
   * network that is evaluated, as it was before the teacher's fine-tuning and without its projection head.
   */
  readonly student?: Student;
  /** tau. Default 0.1 for self-distillation, which is into a backbone of the same spec, and 1 for any other student. */
  readonly temperature?: number;
  /** What the student learns from, without a label. Default: all train images, those of the teacher among them. */
  readonly unlabelled?: Dataset;
  /** alpha of equation 3: below 1, the labels that the teacher has had count for the student too. Default 1; not with `unlabelled`. */
  readonly distillationWeight?: number;
}

/** What SimCLR v2 pretrains with, whose schedule, decay and batch distillation has; by nesterov as supervised training. */
export const publishedDistillation: TrainingDefaults = {
  epochs: 400,
  batchSize: 256,
  weightDecay: 1e-4,
  warmupEpochs: (epochs) => 0.05 * epochs,
  optimizer: "lars",
  baseRates: { nesterov: 0.1, lars: 0.1 },
};

/** Whether teaching the second by the first is self-distillation. */
export const isSameNetwork = (a: Backbone, b: Backbone) => {
  const [specA, specB] = [a, b].map(({ spec }) => JSON.stringify(Object.entries(spec).sort()));
  return specA === specB;
};

/** What is the same for teacher and student. */
export function sharedOptions(
  options: DistillationEvaluatorOptions & EvaluatorOptions,
): ImageOptions & EvaluatorOptions {
  const { epochs, steps, batchSize, learningRate, weightDecay, optimizer, warmupEpochs, onProgress, ...others } =
    options;
  const { labelFraction, teacher, student, temperature, unlabelled, distillationWeight, ...shared } = others;
  return shared;
}

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function assertDistillation(
  { unlabelled }: DistillationEvaluatorOptions,
  { labelFraction, temperature, distillationWeight }: { readonly [name: string]: number },
): void {
  const isShare = (value = Number.NaN) => value >= 0 && value <= 1;
  if (!(isShare(labelFraction) && labelFraction !== 0)) {
    throw invalidArgument(
      "labelFraction",
      labelFraction,
      "above 0 and at most 1",
      "A teacher has to learn from labels.",
    );
  }
  if (!(Number.isFinite(temperature) && (temperature as number) > 0)) {
    throw invalidArgument("temperature", temperature, "a finite number above 0", "SimCLR v2 takes 0.1 and 1.");
  }
  if (!isShare(distillationWeight) || (unlabelled && distillationWeight !== 1)) {
    const expected = unlabelled ? "1, since of these images no label is known" : "a number from 0 to 1";
    throw invalidArgument("distillationWeight", distillationWeight, expected);
  }
}

/**
 * What the student learns from.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES, SIMCLR_ERROR__CORE__INVALID_ARGUMENT for other channels than train's
 */
export function unlabelledImages({ unlabelled }: DistillationEvaluatorOptions, train: Dataset): Dataset {
  if (!unlabelled) return train;
  if (unlabelled.length < 2) throw tooFewImages("unlabelled", unlabelled.length);
  const [channels, expected] = [unlabelled.imageShape[2], train.imageShape[2]];
  if (channels === expected) return unlabelled;
  throw invalidArgument("unlabelled", `${channels} channels`, `images of ${expected} channels, as train's`);
}
