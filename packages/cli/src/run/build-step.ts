import { type ResnetDepth, resnet } from "@simclr/backbones";
import type { Head, TensorTree } from "@simclr/core";
import { linearHead, noHead, nonlinearHead } from "@simclr/heads";
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
import { buildViews } from "./build-views.js";

export interface StepOptions {
  readonly batchSize: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
  readonly channels: number;
}

/** The training step that a recipe describes, for images of so many channels in batches of a known size. */
export function buildStep(recipe: Recipe, { batchSize, exampleCount, channels }: StepOptions): SimclrStep {
  const backbone = buildBackbone(recipe, channels);
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

/** A recipe's backbone, for images of so many channels. */
export function buildBackbone({ backbone: { depth, width, stem } }: Pick<Recipe, "backbone">, channels: number) {
  return resnet({ depth: depth as ResnetDepth, width, stem, inputChannels: channels });
}

function buildLoss({ temperature, loss: { kind, negatives, normalize, margin } }: Recipe): ContrastiveLoss {
  if (kind === "ntLogistic") return (a, b) => ntLogistic(a, b, { temperature, negatives });
  if (kind === "marginTriplet") return (a, b) => marginTriplet(a, b, { margin, negatives });
  return (a, b) => ntXent(a, b, { temperature, negatives, normalize });
}

function buildHead({ kind, layers, hiddenSize, outputSize }: Recipe["head"], inputSize: number): Head {
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
