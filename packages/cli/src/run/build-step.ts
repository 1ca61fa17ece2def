import type { Head, TensorTree } from "@simclr/core";
import { type DescribedHead, linearHead, noHead, nonlinearHead } from "@simclr/heads";
import { type ContrastiveLoss, contrastiveMetrics, marginTriplet, ntLogistic, ntXent } from "@simclr/losses";
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
import { type SimclrStep, simclrStep } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildViews } from "./build-views.js";

export interface StepOptions {
  readonly batchSize: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
}

/** The training step that a recipe describes, for images of a shape in batches of a known size. */
export function buildStep(recipe: Recipe, { batchSize, exampleCount, imageShape }: StepOptions): SimclrStep {
  const backbone = buildBackbone(recipe, imageShape);
  const schedule = buildSchedule(recipe, batchSize, exampleCount);
  return simclrStep<TensorTree>({
    backbone,
    head: buildHead(recipe.head, backbone.featureSize),
    views: buildViews(recipe),
    optimizer: buildOptimizer(recipe.optimizer, schedule),
    schedule,
    loss: buildLoss(recipe),
    metrics: (a, b) => contrastiveMetrics(a, b, { temperature: recipe.temperature, normalize: recipe.loss.normalize }),
    lossScale: recipe.lossScale,
  });
}

function buildLoss({ temperature, loss: { kind, negatives, normalize, margin } }: Recipe): ContrastiveLoss {
  if (kind === "ntLogistic") return (a, b) => ntLogistic(a, b, { temperature, negatives });
  if (kind === "marginTriplet") return (a, b) => marginTriplet(a, b, { margin, negatives });
  return (a, b) => ntXent(a, b, { temperature, negatives, normalize });
}

/** A recipe's projection head, for so many features. */
export function buildHead(
  { kind, layers, hiddenSize, outputSize }: Recipe["head"],
  inputSize: number,
): DescribedHead<Head["spec"]> {
  if (kind === "none") return noHead({ inputSize });
  if (kind === "linear") return linearHead({ inputSize, outputSize });
  return nonlinearHead({ inputSize, outputSize, layers, ...(hiddenSize !== null && { hiddenSize }) });
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
