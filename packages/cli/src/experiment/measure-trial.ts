import { foldIn, type Json, randomKey } from "@simclr/core";
import { type Dataset, labelSubset } from "@simclr/data";
import {
  type EvaluationResult,
  type EvaluatorOptions,
  fineTuneEvaluator,
  linearFeaturesEvaluator,
  networkEncoder,
  supervisedEvaluator,
  transformationEvaluator,
} from "@simclr/evaluation";
import { loadNetwork, readMetrics } from "@simclr/training";
import type { Recipe } from "../recipe/recipe-schema.js";
import { buildBackbone } from "../run/build-backbone.js";
import { buildViews } from "../run/build-views.js";
import { atMost, type ImageSource } from "../run/image-source.js";
import { recipeCompile } from "../run/recipe-compile.js";
import { supervisedView } from "../run/supervised-view.js";
import type { Measure } from "./experiment.js";
import type { Trial, TrialResult } from "./trial.js";

export interface MeasureTrialOptions {
  readonly trial: Trial;
  /** Of the pretrained run; a supervised trial has none. */
  readonly runFolder: string | undefined;
  readonly source: ImageSource;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

interface Parts {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** What a trial's measure says, with the contrastive task's own numbers at the end of the training. */
export async function measureTrial(options: MeasureTrialOptions): Promise<TrialResult> {
  const { trial, runFolder, source, signal, onProgress } = options;
  const { recipe } = trial;
  const { measure } = trial.cell;
  const common = {
    key: foldIn(randomKey(recipe.seed), "evaluate"),
    compile: recipeCompile(recipe),
    signal,
    onProgress,
  };
  const result =
    measure.kind === "supervised"
      ? await supervised(measure, recipe, source, common)
      : await pretrained(measure, recipe, runFolder as string, source, common);
  return {
    values: { ...(runFolder !== undefined && (await contrastiveTask(runFolder))), ...result.metrics },
    seconds: result.seconds,
    data: source.name,
    recipe: recipe as Json,
    measure,
    settings: result.settings,
    counts: result.counts,
    versions: { ...result.versions, node: process.versions.node },
  };
}

async function pretrained(
  measure: Exclude<Measure, { kind: "supervised" }>,
  recipe: Recipe,
  runFolder: string,
  source: ImageSource,
  common: EvaluatorOptions,
): Promise<EvaluationResult> {
  const network = await loadNetwork(runFolder);
  try {
    if (measure.kind === "fine-tune") {
      const { labelFraction, epochs, batchSize } = measure;
      const training = {
        labelFraction,
        epochs,
        batchSize,
        view: supervisedView(recipe, imageSizeOf(source)),
        imageSize: imageSizeOf(source),
      };
      return await fineTuneEvaluator(network, onImages(source, recipe), { ...training, ...common });
    }
    const parts = onFeatures(source, recipe);
    const layers = { none: 0, linear: 1, nonlinear: recipe.head.layers }[recipe.head.kind];
    const encoder = networkEncoder(network, { headLayer: measure.layer === "projection" ? layers : 0 });
    const options = { ...common, epochs: recipe.evaluation.linearEpochs };
    if (measure.kind === "linear") return await linearFeaturesEvaluator(encoder, parts, options);
    return await transformationEvaluator(encoder, parts, { ...options, transformation: measure.transformation });
  } finally {
    network.dispose();
  }
}

async function supervised(
  { labelFraction, epochs, batchSize, view }: Extract<Measure, { kind: "supervised" }>,
  recipe: Recipe,
  source: ImageSource,
  common: EvaluatorOptions,
): Promise<EvaluationResult> {
  const { train, test } = onImages(source, recipe);
  const labels = { fraction: labelFraction, key: foldIn(common.key, "labels") };
  const labelled = labelFraction === 1 ? train : labelSubset(train, labels);
  const backbone = buildBackbone(recipe, source.bank.imageShape);
  const views = view === "recipe" ? buildViews(recipe)[0] : supervisedView(recipe, imageSizeOf(source));
  const options = { ...common, epochs, batchSize, view: views, imageSize: imageSizeOf(source) };
  return supervisedEvaluator({ backbone }, { train: labelled, test }, options);
}

function onFeatures({ bank, test }: ImageSource, recipe: Recipe): Parts {
  const { exampleCount } = recipe.evaluation;
  return { train: atMost(bank, exampleCount), test: atMost(test as Dataset, exampleCount) };
}

function onImages({ pretraining, networkTraining, networkTest }: ImageSource, recipe: Recipe): Parts {
  return {
    train: networkTraining ?? pretraining,
    test: atMost(networkTest as Dataset, recipe.evaluation.exampleCount),
  };
}

function imageSizeOf({ bank: { imageShape } }: ImageSource) {
  return [imageShape[0], imageShape[1]] as const;
}

/** Means over the last epoch that was logged. */
async function contrastiveTask(runFolder: string): Promise<Record<string, number>> {
  const lines = (await readMetrics(runFolder)).filter(({ kind }) => kind === "train");
  const lastEpoch = lines.at(-1)?.epoch;
  const last = lines.filter(({ epoch }) => epoch === lastEpoch);
  const mean = (name: string) => last.reduce((sum, line) => sum + (line[name] as number), 0) / last.length;
  return {
    contrastiveAccuracy: mean("contrastiveAccuracy"),
    contrastiveEntropy: mean("contrastiveEntropy"),
    contrastiveLoss: mean("loss"),
  };
}
