import { foldIn, type RandomKey } from "@simclr/core";
import { type Dataset, labelSubset } from "@simclr/data";
import {
  distillationEvaluator,
  type EvaluatorOptions,
  type FineTuneEvaluatorOptions,
  fineTuneEvaluator,
  linearEvaluator,
  supervisedEvaluator,
  type TrainableEncoder,
} from "@simclr/evaluation";
import { invalidOption } from "../errors.js";
import { encoderTitle } from "../recipe/objective-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { OpenStudent } from "../run/open-student.js";
import { supervisedView } from "../run/supervised-view.js";
import { batchMix, mixSettings } from "./batch-mix.js";
import type { EvaluationJob } from "./evaluation-job.js";
import type { EvaluationSettings } from "./evaluation-settings.js";

export interface NetworkJobsOptions {
  readonly settings: EvaluationSettings;
  readonly recipe: Recipe;
  readonly network: TrainableEncoder;
  readonly train: Dataset;
  readonly test: Dataset;
  /** What the run learned from, where that is more than `train`: images without labels, for a student. */
  readonly unlabelled?: Dataset;
  /** Whom the trained network teaches, where that is not itself. */
  readonly student?: OpenStudent;
  /** What a network sees. */
  readonly imageSize: readonly [height: number, width: number];
  /** The one that the evaluators get too: fine-tuning and its supervised baseline have the same labels. */
  readonly key: RandomKey;
}

/** What is trained on images: the classifier alone, the trained network, and the same network from scratch. */
export function networkJobs(options: NetworkJobsOptions): EvaluationJob[] {
  const { settings, network, train, test, key } = options;
  const { epochs, batchSize, learningRate, fineTuneAfterBlock, fineTuneFromHeadLayer } = settings;
  const training = {
    imageSize: options.imageSize,
    view: supervisedView(options.recipe, options.imageSize),
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { learningRate }),
  };
  const tuning = {
    ...(fineTuneAfterBlock !== undefined && { fineTuneAfterBlock }),
    ...(fineTuneFromHeadLayer !== undefined && { fineTuneFromHeadLayer }),
  } as Pick<FineTuneEvaluatorOptions, "fineTuneAfterBlock" | "fineTuneFromHeadLayer">;
  const trained = { encoder: "trained", encoderTitle: encoderTitle(options.recipe) } as const;
  const jobs: EvaluationJob[] = [];
  if (settings.protocols.includes("linear")) {
    const run = (common: EvaluatorOptions) => linearEvaluator(network, { train, test }, { ...training, ...common });
    jobs.push({ ...trained, protocol: "linear", run });
  }
  // Before anything is trained: a share too small for the classes is refused here.
  const few = settings.labelFractions.map((labelFraction) => {
    const subsetKey = foldIn(key, "labels");
    const isUsed = settings.protocols.some((protocol) => protocol !== "linear");
    const isWhole = labelFraction === 1 || !isUsed;
    return {
      labelFraction,
      labelled: isWhole ? train : labelSubset(train, { fraction: labelFraction, key: subsetKey }),
    };
  });
  if (settings.protocols.includes("fine-tune")) {
    for (const { labelFraction } of few) {
      const run = (common: EvaluatorOptions) =>
        fineTuneEvaluator(network, { train, test }, { ...training, ...tuning, labelFraction, ...common });
      jobs.push({ ...trained, protocol: "fine-tune", labelFraction, run });
    }
  }
  if (settings.protocols.includes("distill")) {
    const { temperature, teacherEpochs, distillationWeight = 1 } = settings;
    const { student, unlabelled } = options;
    if (unlabelled && distillationWeight < 1) {
      const expected = "1 for a run that learned from images without labels";
      const remedy = "Leave it out: those images have no label that could count.";
      throw invalidOption("--distillation-weight", String(distillationWeight), expected, remedy);
    }
    const distilling = {
      ...training,
      teacher: { ...tuning, ...(teacherEpochs !== undefined && { epochs: teacherEpochs }) },
      ...(temperature !== undefined && { temperature }),
      distillationWeight,
      ...(unlabelled && { unlabelled }),
      ...(student && { student: student.network }),
    };
    const variant = [student && `to-${student.name}`, distillationWeight < 1 && "with-labels"]
      .filter(Boolean)
      .join("-");
    const taught = {
      ...trained,
      ...(student && { encoderTitle: `${trained.encoderTitle}, taught to ${student.name}` }),
      ...(variant && { variant }),
    };
    for (const { labelFraction } of few) {
      const run = async (common: EvaluatorOptions) => {
        const result = await distillationEvaluator(
          network,
          { train, test },
          { ...distilling, labelFraction, ...common },
        );
        return student ? { ...result, settings: { ...result.settings, student: student.name } } : result;
      };
      jobs.push({ ...taught, protocol: "distill", labelFraction, run });
    }
  }
  if (settings.protocols.includes("supervised")) {
    const untrained = { encoder: "untrained", encoderTitle: "the same, untrained" } as const;
    const mix = batchMix(settings);
    const mixed = mix && { variant: mixSettings(settings).mix.join("-") };
    const supervised = { ...training, ...(mix && { mix }) };
    for (const { labelFraction, labelled } of few) {
      const run = async (common: EvaluatorOptions) => {
        const result = await supervisedEvaluator(network, { train: labelled, test }, { ...supervised, ...common });
        return { ...result, settings: { ...result.settings, ...(mix && mixSettings(settings)), labelFraction } };
      };
      jobs.push({ ...untrained, ...mixed, protocol: "supervised", labelFraction, run });
    }
  }
  return jobs;
}
