import { invalidOption } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { MeasuredEncoder } from "../report/report.js";
import { type MixName, mixNames } from "./batch-mix.js";
import {
  defaultProtocols,
  isFeatureProtocol,
  labelFractionProtocols,
  type Protocol,
  protocolsNamed,
} from "./protocols.js";

/** What is measured, and how. */
export interface EvaluationChoices {
  /** Names of protocols, `all-features` among them. Default: `knn` and `linear-features`. */
  readonly protocols?: readonly (Protocol | "all-features")[] | undefined;
  /** Of feature protocols. Default: trained, untrained and pixels. */
  readonly encoders?: readonly MeasuredEncoder["encoder"][] | undefined;
  /** Of `fine-tune`, `distill` and `supervised`: the shares of the labels that are used, one result each. Default 1. */
  readonly labelFractions?: readonly number[] | undefined;
  /** Of protocols that train on images. Default: each protocol's published number of epochs. */
  readonly epochs?: number | undefined;
  /** Of protocols that train on images; at most the number of images. */
  readonly batchSize?: number | undefined;
  /** The peak, of protocols that train on images. Default: scaled by the batch size, as published. */
  readonly learningRate?: number | undefined;
  /** Of `fine-tune`, and of the teacher of `distill`: what follows this block group learns; -1, the default, is everything. */
  readonly fineTuneAfterBlock?: number | undefined;
  /** Of the same: the layer of the projection head that is tuned from; 0, the default, are the features before it. */
  readonly fineTuneFromHeadLayer?: number | undefined;
  /** Of `distill`. Default: 0.1 for a student with the run's own backbone, 1 for another. */
  readonly temperature?: number | undefined;
  /**
   * Of `distill`: alpha of SimCLR v2's equation 3. Default 1: the teacher's predictions alone; below it the labels that the teacher
   * has had count beside them.
   */
  readonly distillationWeight?: number | undefined;
  /** Of `distill`: passes over the labelled images. Default: the published number, 60 for 1% of the labels and less, else 30. */
  readonly teacherEpochs?: number | undefined;
  /** Of `distill`: a run's folder, whose network goes on, or a recipe, whose network begins with random numbers. Default: the run. */
  readonly student?: string | undefined;
  /** Of `supervised`: how images of a batch are mixed, and their labels; of several one by chance. Default: not at all. */
  readonly mix?: readonly MixName[] | undefined;
  /** Of the beta distribution of mixup's shares. Default 0.2, Zhang et al. 2018 on ImageNet; they take 1 on CIFAR. */
  readonly mixupAlpha?: number | undefined;
  /** Of the beta distribution of CutMix's areas. Default 1, Yun et al. 2019. */
  readonly cutmixAlpha?: number | undefined;
  /** Of a batch to be mixed. Default 1; Yun et al. 2019 take 0.5 on CIFAR. */
  readonly mixProbability?: number | undefined;
  /** Of `knn`. Default: the recipe's `evaluation.neighbours`, or all images when they are fewer. */
  readonly k?: number | undefined;
  /**
   * At most so many images of each part. Default: all, when protocols are named; else the recipe's
   * `evaluation.exampleCount`.
   */
  readonly examples?: number | undefined;
}

export interface EvaluationSettings extends Omit<EvaluationChoices, "protocols"> {
  readonly protocols: readonly Protocol[];
  readonly encoders: readonly MeasuredEncoder["encoder"][];
  readonly labelFractions: readonly number[];
  readonly examples: number;
}

const encoderNames: readonly MeasuredEncoder["encoder"][] = ["trained", "untrained", "pixels"];

/**
 * Fills in the defaults, and refuses what cannot be measured so.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL, SIMCLR_ERROR__CLI__INVALID_OPTION
 */
export function evaluationSettings(choices: EvaluationChoices, recipe: Recipe): EvaluationSettings {
  const protocols = protocolsNamed(choices.protocols ?? defaultProtocols);
  if (protocols.length === 0) throw invalidOption("--protocol", "none", "at least one protocol", "Leave it out for kNN and linear."); // biome-ignore format: one line
  const { encoders = encoderNames, labelFractions = [1] } = choices;
  assertRanges(choices, recipe);
  assertUsed(choices, protocols);
  const examples = choices.examples ?? (choices.protocols ? Number.POSITIVE_INFINITY : recipe.evaluation.exampleCount);
  const chosen = encoderNames.filter((name) => encoders.includes(name));
  return { ...choices, protocols, encoders: chosen, labelFractions: [...new Set(labelFractions)], examples };
}

function assertRanges(choices: EvaluationChoices, { head }: Recipe): void {
  const counts = { "--epochs": choices.epochs, "--teacher-epochs": choices.teacherEpochs, "--batch-size": choices.batchSize, "--k": choices.k, "--examples": choices.examples }; // biome-ignore format: one line
  for (const [option, value] of Object.entries(counts)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw invalidOption(option, String(value), "a whole number of at least 1", `For example: ${option} 20.`);
    }
  }
  const { temperature = 1, distillationWeight = 1 } = choices;
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    throw invalidOption("--temperature", String(temperature), "a number above 0", "SimCLR v2 takes 0.1 and 1.");
  }
  if (!(distillationWeight >= 0 && distillationWeight <= 1)) {
    const remedy = "1 leaves labels out, 0 the teacher.";
    throw invalidOption("--distillation-weight", String(distillationWeight), "a number from 0 to 1", remedy);
  }
  const { learningRate, labelFractions = [1], fineTuneAfterBlock = -1, fineTuneFromHeadLayer = 0, encoders } = choices;
  if (learningRate !== undefined && !(Number.isFinite(learningRate) && learningRate > 0)) {
    throw invalidOption(
      "--learning-rate",
      String(learningRate),
      "a number above 0",
      "For example: --learning-rate 0.1.",
    );
  }
  for (const fraction of labelFractions.length > 0 ? labelFractions : [0]) {
    if (fraction > 0 && fraction <= 1) continue;
    const remedy = "For example 0.01, 0.1 or 1. What needs no training is measured by knn.";
    throw invalidOption("--label-fraction", String(fraction), "shares of the labels above 0 and at most 1", remedy);
  }
  if (![-1, 0, 1, 2, 3, 4].includes(fineTuneAfterBlock)) {
    const remedy = "-1 tunes everything, 0 what follows the stem, 4 nothing but the classifier.";
    throw invalidOption("--fine-tune-after-block", String(fineTuneAfterBlock), "a whole number from -1 to 4", remedy);
  }
  assertMix(choices);
  const layers = { none: 0, linear: 1, nonlinear: head.layers }[head.kind];
  if (!(Number.isInteger(fineTuneFromHeadLayer) && fineTuneFromHeadLayer >= 0 && fineTuneFromHeadLayer <= layers)) {
    const expected = `a layer of this run's projection head, 0 to ${layers}`;
    const remedy = "0 stands for the features before the head.";
    throw invalidOption("--fine-tune-from-head-layer", String(fineTuneFromHeadLayer), expected, remedy);
  }
  const stranger = encoders?.find((name) => !encoderNames.includes(name));
  if (stranger !== undefined || encoders?.length === 0) {
    const remedy = "For example: --encoders trained,untrained.";
    throw invalidOption("--encoders", `${stranger ?? "none"}`, `encoders, of ${encoderNames.join(", ")}`, remedy);
  }
}

function assertMix({ mix, mixupAlpha = 1, cutmixAlpha = 1, mixProbability = 1 }: EvaluationChoices): void {
  const stranger = mix?.find((name) => !mixNames.includes(name));
  if (stranger !== undefined || mix?.length === 0) {
    const expected = `ways to mix images, of ${mixNames.join(", ")}`;
    throw invalidOption("--mix", `${stranger ?? "none"}`, expected, "For example: --mix mixup,cutmix.");
  }
  for (const [option, value] of Object.entries({ "--mixup-alpha": mixupAlpha, "--cutmix-alpha": cutmixAlpha })) {
    if (Number.isFinite(value) && value > 0) continue;
    throw invalidOption(option, String(value), "a number above 0", `For example: ${option} 0.2.`);
  }
  if (!(mixProbability >= 0 && mixProbability <= 1)) {
    const remedy = "1 mixes every batch, 0.5 half of them.";
    throw invalidOption("--mix-probability", String(mixProbability), "a number from 0 to 1", remedy);
  }
}

/** An option that none of the protocols takes was meant for another protocol. */
function assertUsed(choices: EvaluationChoices, protocols: readonly Protocol[]): void {
  const takers: [option: string, value: unknown, protocols: readonly Protocol[]][] = [
    ["--k", choices.k, ["knn"]],
    ["--label-fraction", choices.labelFractions, labelFractionProtocols],
    ["--fine-tune-after-block", choices.fineTuneAfterBlock, ["fine-tune", "distill"]],
    ["--fine-tune-from-head-layer", choices.fineTuneFromHeadLayer, ["fine-tune", "distill"]],
    ["--temperature", choices.temperature, ["distill"]],
    ["--distillation-weight", choices.distillationWeight, ["distill"]],
    ["--teacher-epochs", choices.teacherEpochs, ["distill"]],
    ["--student", choices.student, ["distill"]],
    ["--mix", choices.mix, ["supervised"]],
  ];
  for (const [option, value, names] of takers) {
    if (value === undefined || names.some((name) => protocols.includes(name))) continue;
    throw unusedOption(option, names.join(" or "), protocols);
  }
  const { mix = [], mixupAlpha, cutmixAlpha, mixProbability } = choices;
  const mixing: [option: string, value: unknown, isUsed: boolean, taker: string][] = [
    ["--mixup-alpha", mixupAlpha, mix.includes("mixup"), "--mix mixup"],
    ["--cutmix-alpha", cutmixAlpha, mix.includes("cutmix"), "--mix cutmix"],
    ["--mix-probability", mixProbability, mix.length > 0, "--mix"],
  ];
  for (const [option, value, isUsed, taker] of mixing) {
    if (value === undefined || isUsed) continue;
    throw invalidOption(option, `${option} alone`, `${option} along with ${taker}`, `Add ${taker}, or leave it out.`);
  }
  const { epochs, batchSize, learningRate } = choices;
  for (const [option, value] of Object.entries({ "--epochs": epochs, "--batch-size": batchSize, "--learning-rate": learningRate })) {
    if (value !== undefined && protocols.every(isFeatureProtocol)) {
      throw unusedOption(option, "linear, fine-tune, distill or supervised", protocols);
    }
  } // biome-ignore format: one line
  if (choices.encoders && !protocols.some(isFeatureProtocol)) {
    throw unusedOption("--encoders", "a protocol on features, such as knn", protocols);
  }
}

function unusedOption(option: string, takers: string, protocols: readonly Protocol[]) {
  const remedy = `Leave ${option} out, or name one of them with --protocol.`;
  return invalidOption(option, `${option} for ${protocols.join(", ")}`, `${option} along with ${takers}`, remedy);
}
