import type { Backbone, Head, TensorTree } from "@simclr/core";
import { type DescribedHead, linearHead, noHead, nonlinearHead } from "@simclr/heads";
import type { InitialNetwork, TrainStep } from "@simclr/training";
import { labelsMissing } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "./build-backbone.js";
import { buildObjective } from "./build-objective.js";
import { buildOptimizer } from "./build-optimizer.js";
import { buildSchedule } from "./build-schedule.js";
import { buildViews } from "./build-views.js";

export interface StepOptions {
  readonly batchSize: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Of the images' labels, for an objective, or a linear probe, that learns from them. */
  readonly classCount?: number;
  /** What training begins with. Default: the recipe's network of random numbers. */
  readonly start?: InitialNetwork & { readonly backbone: Backbone };
}

/** The training step that a recipe describes, for images of a shape in batches of a known size. */
export function buildStep(recipe: Recipe, options: StepOptions): TrainStep<TensorTree> {
  const { batchSize, exampleCount, imageShape, classCount, start } = options;
  const backbone = start?.backbone ?? buildBackbone(recipe, imageShape);
  const schedule = buildSchedule(recipe, { batchSize, exampleCount });
  const shared = {
    backbone,
    head: buildHead(recipe.head, backbone.featureSize),
    views: buildViews(recipe),
    optimizer: buildOptimizer(recipe.optimizer, schedule),
    schedule,
    lossScale: recipe.lossScale,
    ...linearProbeOf(recipe, classCount),
    ...(start && { initialNetwork: start }),
  };
  const totalSteps = recipe.epochs * Math.floor(exampleCount / batchSize);
  return buildObjective(recipe, shared, { batchSize, totalSteps, ...(classCount !== undefined && { classCount }) });
}

/** A recipe's projection head, for so many features. */
export function buildHead(
  { kind, layers, hiddenSize, outputSize, batchNorm, normalizeProjection }: Recipe["head"],
  inputSize: number,
): DescribedHead<Head["spec"]> {
  if (kind === "none") return noHead({ inputSize });
  const sizes = { inputSize, outputSize, batchNorm, normalizeProjection: batchNorm && normalizeProjection };
  if (kind === "linear") return linearHead(sizes);
  return nonlinearHead({ ...sizes, layers, ...(hiddenSize !== null && { hiddenSize }) });
}

function linearProbeOf({ evaluation }: Recipe, classCount: number | undefined) {
  if (!evaluation.linearProbe) return {};
  if (classCount === undefined) throw labelsMissing("the images", "for evaluation.linearProbe=true learns from them");
  return { linearProbe: { classCount } };
}
