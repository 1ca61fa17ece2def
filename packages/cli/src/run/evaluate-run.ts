import { basename, join, resolve } from "node:path";
import { foldIn, randomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { embed, type Features, knn, linearEvaluation } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { type LoadedEncoder, loadEncoder, readMetrics } from "@simclr/training";
import { simclrError } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { makePictures } from "../report/make-pictures.js";
import type { MeasuredEncoder, Report, ReportFiles } from "../report/report.js";
import { writeReport } from "../report/write-report.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { atMost, type ImageSource, imageSource } from "./image-source.js";
import { machine } from "./machine.js";
import { encodersToMeasure, type NamedEncoder } from "./measured-encoders.js";
import { recipeCompile } from "./recipe-compile.js";
import { readRunSettings } from "./run-settings.js";

export type Protocol = "knn" | "linear";

export interface EvaluateRunOptions {
  readonly runFolder: string;
  /** Other images than the run's own: `digits`, `cifar10` or a folder, with labels. */
  readonly data?: string | undefined;
  /** Default: both. */
  readonly protocols?: readonly Protocol[];
  /** The run's images, when they are open already. */
  readonly source?: ImageSource;
  readonly terminal?: Terminal;
}

export interface EvaluateRunResult {
  readonly report: Report;
  readonly files: ReportFiles;
}

/**
 * `simclr evaluate` as a function: measures a run's encoder, beside the same encoder untrained and beside raw pixels, and
 * writes the report into the run's folder. Without labels it draws neighbours and the loss alone.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__CLI__LABELS_MISSING when `data` was named and has no labels
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<EvaluateRunResult> {
  const { terminal = openTerminal(), protocols = ["knn", "linear"], data } = options;
  const runFolder = resolve(options.runFolder);
  const settings = await readRunSettings(runFolder);
  await useTensorFlow();
  const trained = await loadEncoder(runFolder, { compile: recipeCompile(settings.recipe) });
  try {
    const source = options.source ?? (await openSource(data ?? settings.data, settings.recipe, trained, terminal));
    if (data !== undefined && !source.test) throw labelsMissing(data);
    const measured = await measure(trained, source, settings.recipe, protocols, terminal);
    const lines = await readMetrics(runFolder);
    const { step, epoch } = trained.checkpoint;
    const last = lines.findLast(({ kind }) => kind === "train");
    const { kind: _, step: __, epoch: ___, ...metrics } = last ?? { kind: "", step: 0, epoch: 0 };
    const report: Report = {
      runFolder,
      data: source.name,
      recipe: settings.recipe.description,
      seed: settings.recipe.seed,
      training: {
        steps: step,
        epochs: epoch,
        exampleCount: source.bank.length,
        metrics: metrics as Record<string, number>,
      },
      ...(measured.accuracies && { accuracies: measured.accuracies }),
      machine: machine(),
    };
    const folder = join(runFolder, "report", ...(data === undefined ? [] : [basename(resolve(data))]));
    return { report, files: await writeReport(folder, report, measured.pictures) };
  } finally {
    trained.dispose();
  }
}

function openSource(
  data: string,
  recipe: Recipe,
  { backbone }: LoadedEncoder,
  terminal: Terminal,
): Promise<ImageSource> {
  const channels = backbone.spec.inputChannels === 1 ? 1 : 3;
  return imageSource(data, recipe, { onWarning: terminal.print, channels });
}

async function measure(
  trained: LoadedEncoder,
  source: ImageSource,
  recipe: Recipe,
  protocols: readonly Protocol[],
  terminal: Terminal,
) {
  const { evaluation } = recipe;
  const runKey = randomKey(recipe.seed);
  const compile = recipeCompile(recipe);
  const bank = atMost(source.bank, evaluation.exampleCount);
  const test = source.test && atMost(source.test, evaluation.exampleCount);
  const encoders = encodersToMeasure(trained, runKey, bank.imageShape, compile);
  const [own, ...others] = encoders;
  const asked = test ? [own, ...others] : [own];
  const progress = terminal.progress({ title: "Measuring", total: asked.length * (bank.length + (test?.length ?? 0)) });
  let embedded = 0;
  const features = async (encoder: NamedEncoder, dataset: Dataset): Promise<Features> => {
    const onProgress = (done: number) => progress.update(embedded + done, { text: encoder.title });
    const result = await embed(encoder.encode, dataset, { onProgress });
    embedded += dataset.length;
    return result;
  };
  try {
    const bankFeatures = await features(own, bank);
    const testFeatures = test && (await features(own, test));
    const pictures = await makePictures({
      step: trained.checkpoint.step,
      bank: { images: bank, features: bankFeatures },
      test: test && testFeatures && { images: test, features: testFeatures },
      key: runKey,
      terminal,
    });
    if (!test?.classNames || !testFeatures) return { pictures };

    const classCount = test.classNames.length;
    const neighbours = Math.min(evaluation.neighbours, bank.length);
    const measured: MeasuredEncoder[] = [];
    let confusion: NonNullable<Report["accuracies"]>["confusion"];
    for (const encoder of asked) {
      const [known, unknown] =
        encoder === own ? [bankFeatures, testFeatures] : [await features(encoder, bank), await features(encoder, test)];
      progress.update(embedded, { text: `${encoder.title}: accuracies` });
      const knnOptions = { k: neighbours, temperature: evaluation.neighbourTemperature, classCount };
      const linearOptions = { classCount, epochs: evaluation.linearEpochs, key: foldIn(runKey, "linear"), compile };
      const nearest = protocols.includes("knn") ? await knn(known, unknown, knnOptions) : undefined;
      const linear = protocols.includes("linear") ? await linearEvaluation(known, unknown, linearOptions) : undefined;
      measured.push({
        encoder: encoder.encoder,
        title: encoder.title,
        featureSize: known.size,
        ...(nearest && { knn: nearest.top1, knnInterval: nearest.top1Interval }),
        ...(linear && { linear: linear.top1, linearInterval: linear.top1Interval }),
      });
      const counts = (linear ?? nearest)?.confusion;
      if (encoder === own && counts) confusion = { protocol: linear ? "linear" : "knn", counts };
    }
    const { classNames } = test;
    const counts = { classCount, classNames, bankCount: bank.length, testCount: test.length, neighbours };
    return { pictures, accuracies: { ...counts, encoders: measured, ...(confusion && { confusion }) } };
  } finally {
    progress.stop();
    for (const encoder of encoders) encoder.dispose();
  }
}

function labelsMissing(data: string) {
  return simclrError(
    "SIMCLR_ERROR__CLI__LABELS_MISSING",
    { data },
    {
      expected: `labelled images in ${data}, to measure accuracies on`,
      received: "images without labels",
      remedy: "Put them in folders named after their classes, at least two.",
    },
  );
}
