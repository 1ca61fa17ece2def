import { existsSync } from "node:fs";
import { join } from "node:path";
import { disposeTree, type Json, randomKey } from "@simclr/core";
import { type PretrainResult, pretrain } from "@simclr/training";
import { batchSizeFor } from "../run/batch-size.js";
import { buildStep } from "../run/build-step.js";
import type { ImageSource } from "../run/image-source.js";
import { recipeCompile } from "../run/recipe-compile.js";
import { startingNetwork } from "../run/starting-network.js";
import { trainingImages } from "../run/training-images.js";
import type { Trial } from "./trial.js";

export interface TrainTrialOptions {
  readonly trial: Trial;
  readonly runFolder: string;
  readonly source: ImageSource;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Pretrains a trial's run, or what is left of it: a folder as `simclr pretrain` makes it, without probes. */
export async function trainTrial(options: TrainTrialOptions): Promise<Pick<PretrainResult, "interrupted">> {
  const { trial, runFolder, source, signal, onProgress } = options;
  const { images, ...labelled } = trainingImages(source, trial.recipe);
  const exampleCount = images.length;
  const batchSize = batchSizeFor(trial.recipe.batchSize, exampleCount);
  const recipe = { ...trial.recipe, batchSize };
  const { imageShape } = source.bank;
  const start = await startingNetwork(recipe, imageShape, runFolder);
  const { state, interrupted } = await pretrain({
    dataset: images,
    step: buildStep(recipe, { batchSize, exampleCount, imageShape, ...labelled, ...(start && { start }) }),
    batchSize,
    epochs: recipe.epochs,
    key: randomKey(recipe.seed),
    compile: recipeCompile(recipe),
    runFolder,
    resume: existsSync(join(runFolder, "config.json")),
    recipe: { data: source.name, recipe } satisfies Json,
    checkpoint: recipe.checkpoints,
    signal,
    onProgress: ({ step, totalSteps }) => onProgress(step, totalSteps),
  }).finally(() => start?.dispose());
  disposeTree(state);
  return { interrupted };
}
