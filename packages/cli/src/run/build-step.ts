import type { Head, TensorTree } from "@simclr/core";
import { type DescribedHead, linearHead, noHead, nonlinearHead } from "@simclr/heads";
import {
  adamw,
  chain,
  clipByGlobalNorm,
  epochsToSteps,
  type GradientTransformation,
  lamb,
  lars,
  linearScaling,
  momentum,
  normBiasAndSupervisedHead,
  type Schedule,
  squareRootScaling,
  warmupCosineSchedule,
} from "@simclr/optimizers";
import type { TrainStep } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildObjective } from "./build-objective.js";
import { buildViews } from "./build-views.js";

export interface StepOptions {
  readonly batchSize: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Of the images' labels, for an objective that learns from them. */
  readonly classCount?: number;
}

/** The training step that a recipe describes, for images of a shape in batches of a known size. */
export function buildStep(recipe: Recipe, options: StepOptions): TrainStep<TensorTree> {
  const { batchSize, exampleCount, imageShape, classCount } = options;
  const backbone = buildBackbone(recipe, imageShape);
  const schedule = buildSchedule(recipe, batchSize, exampleCount);
  const shared = {
    backbone,
    head: buildHead(recipe.head, backbone.featureSize),
    views: buildViews(recipe),
    optimizer: buildOptimizer(recipe.optimizer, schedule),
    schedule,
    lossScale: recipe.lossScale,
  };
  const totalSteps = recipe.epochs * Math.floor(exampleCount / batchSize);
  return buildObjective(recipe, shared, { batchSize, totalSteps, ...(classCount !== undefined && { classCount }) });
}

/** A recipe's projection head, for so many features. */
export function buildHead(
  { kind, layers, hiddenSize, outputSize, normalizeProjection }: Recipe["head"],
  inputSize: number,
): DescribedHead<Head["spec"]> {
  if (kind === "none") return noHead({ inputSize });
  const sizes = { inputSize, outputSize, normalizeProjection };
  if (kind === "linear") return linearHead(sizes);
  return nonlinearHead({ ...sizes, layers, ...(hiddenSize !== null && { hiddenSize }) });
}

function buildSchedule({ epochs, optimizer }: Recipe, batchSize: number, exampleCount: number): Schedule {
  const scaled = { none: (base: number) => base, linear: linearScaling, squareRoot: squareRootScaling };
  const peak = scaled[optimizer.learningRateScaling](optimizer.learningRate, batchSize);
  const steps = epochsToSteps({ epochs, warmupEpochs: optimizer.warmupEpochs, exampleCount, batchSize });
  return warmupCosineSchedule({ peak, ...steps });
}

function buildOptimizer(recipe: Recipe["optimizer"], learningRate: Schedule): GradientTransformation<TensorTree> {
  const optimizer = buildRule(recipe, learningRate);
  if (recipe.clipGlobalNorm === null) return optimizer;
  return chain<readonly TensorTree[]>(clipByGlobalNorm({ maximumNorm: recipe.clipGlobalNorm }), optimizer);
}

function buildRule(
  { kind, momentum: decay, weightDecay }: Recipe["optimizer"],
  learningRate: Schedule,
): GradientTransformation<TensorTree> {
  if (kind === "lamb") return lamb({ learningRate, weightDecay });
  if (kind === "lars") return lars({ learningRate, momentum: decay, weightDecay });
  const decayed = { learningRate, weightDecay, excludes: normBiasAndSupervisedHead };
  if (kind === "adamw") return adamw(decayed);
  return momentum({ ...decayed, momentum: decay });
}
