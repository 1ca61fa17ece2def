import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { backboneFromSpec } from "@simclr/backbones";
import { disposeTree, foldIn, type Json, randomKey, withPrefix } from "@simclr/core";
import {
  type EvaluationResult,
  type EvaluatorOptions,
  type FineTuneTrial,
  fineTuneSearchEvaluator,
  logisticRegressionEvaluator,
  multiLabelFineTuneSearchEvaluator,
  multiLabelLogisticRegressionEvaluator,
  type TrainableEncoder,
} from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { type LoadedEncoder, loadEncoder, loadNetwork } from "@simclr/training";
import { z } from "zod";
import { invalidOption } from "../errors.js";
import { encoderTitle } from "../recipe/objective-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { Progress } from "../terminal/progress.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { type LocatedDataset, namedDataset } from "../transfer/named-datasets.js";
import { readTransfer, readTransfers, type SavedTransfer } from "../transfer/saved-transfer.js";
import { type TransferDataset, transferDataset } from "../transfer/transfer-dataset.js";
import { askedOf, fileOf, type TransferJob, titleOf, trialsOf } from "../transfer/transfer-job.js";
import { transferOfData } from "../transfer/transfer-of-data.js";
import { type TransferChoices, type TransferSettings, transferSettings } from "../transfer/transfer-settings.js";
import { transferCsv, transferMarkdown, transferRows } from "../transfer/transfer-table.js";
import { encodersToMeasure, initialBackbone, type NamedEncoder } from "./measured-encoders.js";
import { readJsonFile } from "./read-json-file.js";
import { recipeCompile } from "./recipe-compile.js";
import { readRunSettings } from "./run-settings.js";
import { supervisedView } from "./supervised-view.js";
import { writeFileWhole } from "./write-file-whole.js";

export interface TransferRunOptions extends TransferChoices {
  readonly runFolder: string;
  /** Names of the twelve published datasets, folders, files of descriptors, or what `pretrainRun` takes. */
  readonly datasets: readonly string[];
  /** Where named datasets lie, each in a folder of its name. Default: the working folder. */
  readonly dataFolder?: string | undefined;
  /** Measures again what is finished. */
  readonly again?: boolean | undefined;
  readonly terminal?: Terminal;
  /** Stops between two steps; what is finished is kept, a search's trials too. */
  readonly signal?: AbortSignal;
}

export interface TransferRunResult {
  readonly runFolder: string;
  /** All of the run's results of this checkpoint, those of earlier calls too. */
  readonly results: readonly SavedTransfer[];
  /** The table as Markdown, CSV and JSON. */
  readonly files: { readonly markdown: string; readonly csv: string; readonly json: string };
  readonly interrupted: boolean;
}

/**
 * `simclr transfer` as a function: a run's encoder on many datasets, each by its own metric, linear and fine-tuned, with the
 * paper's searches. Each result is written when it is there; those that are finished with the same choices are left as they
 * are. All datasets are found, split and checked before anything is measured.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__CLI__UNKNOWN_DATASET, SIMCLR_ERROR__CLI__INVALID_OPTION,
 *   SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED, and the errors of `transferDataset`
 * @see Chen et al. 2020, section 4.3 and appendix B.8
 * @example
 * ```ts
 * import { transferRun } from "simclr";
 * const measure = (runFolder: string) => transferRun({ runFolder, datasets: ["dtd", "./mushrooms"], dataFolder: "data" });
 * // const { results } = await measure("runs/photos-20261124-093000");
 * ```
 */
export async function transferRun(options: TransferRunOptions): Promise<TransferRunResult> {
  const { terminal = openTerminal(), dataFolder = ".", again = false, signal } = options;
  const settings = transferSettings(options);
  const runFolder = resolve(options.runFolder);
  const { recipe } = await readRunSettings(runFolder);
  const located = await Promise.all([...new Set(options.datasets)].map((name) => namedDataset(name, dataFolder)));
  assertDatasets(located);
  await useTensorFlow();
  const trained = await loadEncoder(runFolder, { compile: recipeCompile(recipe) });
  try {
    const { step } = trained.checkpoint;
    const jobs: TransferJob[] = located.flatMap((one) =>
      settings.methods.flatMap((method) => settings.encoders.map((encoder) => ({ located: one, method, encoder }))),
    );
    const open: TransferJob[] = [];
    for (const job of jobs) {
      const before = again ? undefined : await readTransfer(fileOf(runFolder, job));
      const isFinished = before?.step === step && isDeepStrictEqual(before.asked, askedOf(job, settings));
      if (!isFinished) open.push(job);
      else terminal.print(`${titleOf(job)}: finished before. --again measures it again.`);
    }
    // What cannot be measured is found out before hours are spent on what can.
    const channels = trained.backbone.spec.inputChannels === 1 ? 1 : 3;
    const data = new Map<LocatedDataset, TransferDataset>();
    for (const { located: one } of open) {
      if (data.has(one)) continue;
      const reading = { imageSize: recipe.imageSize, channels, onWarning: terminal.print } as const;
      const opened =
        one.data === undefined
          ? transferDataset(one.folder, one.descriptor, reading)
          : transferOfData(one.data, one.descriptor, { ...reading, keys: recipe.data });
      data.set(one, await opened);
    }
    await measure(open, { data, settings, runFolder, recipe, trained, terminal, again, signal });
    const results = await readTransfers(runFolder, step);
    const rows = transferRows(results);
    const at = (ending: string) => join(runFolder, "transfer", `table.${ending}`);
    const files = { markdown: at("md"), csv: at("csv"), json: at("json") };
    if (rows.length > 0) {
      await writeFileWhole(files.markdown, transferMarkdown(rows));
      await writeFileWhole(files.csv, transferCsv(rows));
      await writeFileWhole(files.json, `${JSON.stringify(rows, null, 2)}\n`);
    }
    return { runFolder, results, files, interrupted: signal?.aborted ?? false };
  } finally {
    trained.dispose();
  }
}

function assertDatasets(located: readonly LocatedDataset[]): void {
  if (located.length === 0) {
    throw invalidOption("datasets", "none", "at least one dataset", "For example: simclr transfer <run> dtd ./photos.");
  }
  const names = located.map(({ descriptor }) => descriptor.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw invalidOption("datasets", `two called "${twice}"`, "datasets of different names", "Give one of them a descriptor with another name."); // biome-ignore format: one line
  }
}

interface MeasureContext {
  readonly data: ReadonlyMap<LocatedDataset, TransferDataset>;
  readonly settings: TransferSettings;
  readonly runFolder: string;
  readonly recipe: Recipe;
  readonly trained: LoadedEncoder;
  readonly terminal: Terminal;
  /** Makes the trials of an interrupted search anew, too. */
  readonly again: boolean;
  readonly signal: AbortSignal | undefined;
}

async function measure(jobs: readonly TransferJob[], context: MeasureContext): Promise<void> {
  const { data, settings, runFolder, recipe, trained, terminal, signal } = context;
  const runKey = randomKey(recipe.seed);
  const compile = recipeCompile(recipe);
  const shape = [recipe.imageSize, recipe.imageSize, 3] as const;
  const encoders = encodersToMeasure(trained, runKey, shape, compile, encoderTitle(recipe));
  const needsNetwork = jobs.some(({ method }) => method === "fine-tune");
  const networks = needsNetwork ? await networksOf(context) : undefined;
  const common = {
    key: foldIn(runKey, "transfer"),
    compile,
    recipe: recipe as Json,
    versions: { node: process.versions.node },
    ...(signal && { signal }),
  };
  try {
    for (const [i, job] of jobs.entries()) {
      if (signal?.aborted) return;
      const { descriptor, folder } = job.located;
      const dataset = data.get(job.located) as TransferDataset;
      let progress: Progress | undefined;
      const onProgress = (done: number, total: number) => {
        progress ??= terminal.progress({ title: `${descriptor.title ?? descriptor.name}, ${job.method}`, total });
        progress.update(done, { text: `${job.encoder}, ${i + 1} of ${jobs.length}` });
      };
      try {
        const encode = (encoders.find(({ encoder }) => encoder === job.encoder) as NamedEncoder).encode;
        const result =
          job.method === "linear"
            ? await linear(encode, dataset, settings, { ...common, onProgress })
            : await fineTune(networks?.[job.encoder] as TrainableEncoder, dataset, job, context, { ...common, onProgress }); // biome-ignore format: one line
        const saved: SavedTransfer = {
          ...{ dataset: descriptor.name, title: descriptor.title ?? descriptor.name },
          ...{ method: job.method, encoder: job.encoder, folder, step: trained.checkpoint.step },
          ...{ asked: askedOf(job, settings), warnings: dataset.warnings, published: descriptor.published },
          ...result,
        };
        await writeFileWhole(fileOf(runFolder, job), `${JSON.stringify(saved)}\n`);
        await rm(trialsOf(runFolder, job), { force: true });
      } catch (error) {
        if (!signal?.aborted) throw error;
        return;
      } finally {
        progress?.stop();
      }
    }
  } finally {
    networks?.dispose();
    for (const encoder of encoders) encoder.dispose();
  }
}

function linear(
  encode: NamedEncoder["encode"],
  dataset: TransferDataset,
  { regularizations }: TransferSettings,
  { compile: _, ...common }: EvaluatorOptions,
): Promise<EvaluationResult> {
  const options = { ...common, regularization: regularizations };
  // The encoder is compiled already, and the classifier is small.
  if (dataset.kind === "multi") return multiLabelLogisticRegressionEvaluator(encode, dataset.features, options);
  return logisticRegressionEvaluator(encode, dataset.features, { ...options, metric: dataset.metric });
}

const trialsFile = z.object({
  asked: z.json(),
  step: z.number(),
  trials: z.array(z.object({ learningRate: z.number(), weightDecay: z.number(), accuracy: z.number().nullable() })),
});

/** The search keeps its trials in a file until it is finished. */
async function fineTune(
  network: TrainableEncoder,
  dataset: TransferDataset,
  job: TransferJob,
  { settings, runFolder, recipe, trained, again }: MeasureContext,
  common: EvaluatorOptions,
): Promise<EvaluationResult> {
  const file = trialsOf(runFolder, job);
  const { step } = trained.checkpoint;
  const asked = askedOf(job, settings);
  const remedy = "Remove the file; its trials are then made again.";
  const kept = again ? undefined : await readJsonFile(file, trialsFile, remedy);
  const isSame = kept?.step === step && isDeepStrictEqual(kept.asked, asked);
  const trials: FineTuneTrial[] = isSame ? [...kept.trials] : [];
  const finished = [...trials];
  const imageSize = [recipe.imageSize, recipe.imageSize] as const;
  const { spec } = network.backbone;
  const options = {
    ...common,
    ...settings.grids[job.encoder],
    batchSize: settings.batchSize,
    imageSize,
    view: supervisedView(recipe, imageSize),
    withBatchNormDecay: (batchNormDecay: number) =>
      // Of those without batch norm, none depends on it.
      backboneFromSpec("batchNormDecay" in spec ? { ...spec, batchNormDecay } : spec),
    finished,
    onTrial: (trial: FineTuneTrial) => {
      trials.push(trial);
      return writeFileWhole(file, `${JSON.stringify({ asked, step, trials })}\n`);
    },
  };
  if (dataset.kind === "multi") {
    const { trainAndValidation, ...parts } = dataset.training;
    return multiLabelFineTuneSearchEvaluator(network, parts, { ...options, trainAndValidation });
  }
  const { trainAndValidation, ...parts } = dataset.training;
  return fineTuneSearchEvaluator(network, parts, { ...options, trainAndValidation, metric: dataset.metric });
}

/** The trained network, and the run's own before its first step. */
async function networksOf({ runFolder, recipe }: MeasureContext) {
  const { dispose, ...trained } = await loadNetwork(runFolder);
  const { backbone } = trained;
  const fresh = initialBackbone(backbone, randomKey(recipe.seed));
  const untrained = {
    backbone,
    params: withPrefix("backbone", fresh.params),
    state: withPrefix("backbone", fresh.state),
  };
  const free = () => {
    dispose();
    disposeTree([fresh.params, fresh.state]);
  };
  return { trained: trained as TrainableEncoder, untrained: untrained as TrainableEncoder, dispose: free };
}
