import { join, resolve } from "node:path";
import { cached, type Dataset } from "@simclr/data";
import { useTensorFlow } from "@simclr/runtime";
import { z } from "zod";
import { invalidOption, labelsMissing } from "../errors.js";
import { type ImageSource, imageSource } from "../run/image-source.js";
import { readJsonFile } from "../run/read-json-file.js";
import { writeFileWhole } from "../run/write-file-whole.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import type { Cell, Experiment } from "./experiment.js";
import { experimentNamed } from "./experiments.js";
import { measureTrial } from "./measure-trial.js";
import { type ScaleName, scaleNamed } from "./scale.js";
import type { ExperimentSummary } from "./summary.js";
import { trainTrial } from "./train-trial.js";
import { type Trial, type TrialResult, trialsOf } from "./trial.js";
import { type ExperimentFiles, type FinishedTrial, writeExperiment } from "./write-experiment.js";

export interface RunExperimentOptions {
  readonly name: string;
  /** Default `tiny`. */
  readonly scale?: ScaleName | undefined;
  /** `digits`, `cifar10` or a folder of labelled images. Default: the scale's. */
  readonly data?: string | undefined;
  /** Default 3. */
  readonly seeds?: number | undefined;
  /** Settings of every run's recipe to replace, before the experiment's own: `["epochs=20"]`. */
  readonly set?: readonly string[] | undefined;
  /** Where runs and results lie; experiments share both. Default `experiments/<scale>`. */
  readonly folder?: string | undefined;
  /** Computes nothing: what is there, and what there would be. */
  readonly planOnly?: boolean | undefined;
  readonly terminal?: Terminal;
  readonly signal?: AbortSignal;
}

export interface RunExperimentResult {
  readonly experiment: Experiment;
  readonly trialCount: number;
  readonly finishedCount: number;
  /** Pretraining runs among them that are not finished. */
  readonly runsToDo: number;
  readonly interrupted: boolean;
  /** Absent where nothing is finished. */
  readonly summary?: ExperimentSummary;
  readonly files?: ExperimentFiles;
}

/**
 * `simclr experiment` as a function: makes every run of one of the paper's experiments, with several seeds, measures them, and
 * writes a figure and a table after each. What is finished, by this experiment or another in the same folder, is not made again;
 * an interrupted run goes on from its last checkpoint.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_EXPERIMENT, SIMCLR_ERROR__CLI__INVALID_OPTION, SIMCLR_ERROR__CLI__LABELS_MISSING,
 *   SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED, and the errors of recipes, images, training and evaluation
 * @example
 * ```ts
 * import { runExperiment } from "simclr";
 * const { trialCount, runsToDo } = await runExperiment({ name: "losses", seeds: 3, planOnly: true });
 * console.log(trialCount, runsToDo); // 18, 18
 * ```
 */
export async function runExperiment(options: RunExperimentOptions): Promise<RunExperimentResult> {
  const { name, scale: scaleName = "tiny", seeds = 3, set = [], planOnly = false, terminal = openTerminal() } = options;
  const experiment = experimentNamed(name);
  const scale = scaleNamed(scaleName);
  const data = options.data ?? scale.data;
  if (data === undefined) {
    const remedy = `For example: simclr experiment ${name} ./imagenet --scale ${scaleName}`;
    throw invalidOption("data", "no images", "the folder of images, with labels", remedy);
  }
  const folder = resolve(options.folder ?? join("experiments", scaleName));
  const { signal = new AbortController().signal } = options;
  const asked = trialsOf(experiment, { scale, data: data === "digits" ? data : resolve(data), seeds, set });
  const sourceOf = sources(data, terminal);
  const { bank } = await sourceOf(asked[0] as Trial);
  const trials = asked.filter(({ cell }) => bank.imageShape[2] === 3 || !needsColor(cell));
  if (trials.length < asked.length)
    terminal.print(`Images in ${data} have no colour: settings that tell it are left out.`);
  const finished = new Map<Trial, TrialResult>();
  for (const trial of trials) {
    const result = await readResult(resultFile(folder, trial));
    if (result) finished.set(trial, result);
  }
  const open = trials.filter((trial) => !finished.has(trial));
  const runsToDo = new Set(open.flatMap(({ run }) => run ?? [])).size;
  const counts = { experiment, trialCount: trials.length, runsToDo };
  const write = () => {
    const inOrder = trials.flatMap((trial): FinishedTrial[] => {
      const result = finished.get(trial);
      return result ? [{ trial, result }] : [];
    });
    const about = { folder, scale: scaleName, data, set, trialCount: trials.length };
    return inOrder.length > 0 ? writeExperiment(experiment, inOrder, about) : undefined;
  };
  if (planOnly || open.length === 0) {
    return { ...counts, finishedCount: finished.size, interrupted: false, ...(planOnly ? {} : await write()) };
  }

  await useTensorFlow();
  const total = 100 * open.length;
  const progress = terminal.progress({ title: name, total });
  let interrupted = false;
  try {
    for (const [i, trial] of open.entries()) {
      const source = await sourceOf(trial);
      // Two thirds of a trial are its training, near enough.
      const tell = (what: string, from: number, to: number) => (done: number, count: number) => {
        const share = from + ((to - from) * done) / Math.max(1, count);
        const place = Math.min(Math.floor(100 * (i + share)), total - 1);
        progress.update(place, { text: `${titleOf(trial)} · ${what} · ${i + 1} of ${open.length}` });
      };
      const runFolder = trial.run === undefined ? undefined : join(folder, "runs", trial.run);
      const result = await finish(trial, { runFolder, source, signal, tell });
      if (!result) {
        interrupted = true;
        break;
      }
      await writeFileWhole(resultFile(folder, trial), `${JSON.stringify(result)}\n`);
      finished.set(trial, result);
      await write();
    }
  } finally {
    progress.stop();
  }
  return { ...counts, finishedCount: finished.size, interrupted, ...(await write()) };
}

interface FinishOptions {
  readonly runFolder: string | undefined;
  readonly source: ImageSource;
  readonly signal: AbortSignal;
  readonly tell: (what: string, from: number, to: number) => (done: number, total: number) => void;
}

/** Trains and measures; undefined when the signal came before the end. */
async function finish(trial: Trial, { runFolder, source, signal, tell }: FinishOptions) {
  const trained = runFolder === undefined ? 0 : 0.67;
  if (runFolder !== undefined) {
    const training = { trial, runFolder, source, signal, onProgress: tell("training", 0, trained) };
    if ((await trainTrial(training)).interrupted) return undefined;
  }
  try {
    return await measureTrial({ trial, runFolder, source, signal, onProgress: tell("measuring", trained, 1) });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** The images of a trial, kept decoded: opened anew only where they are read in another way than those before. */
function sources(data: string, terminal: Terminal): (trial: Trial) => Promise<ImageSource> {
  let opened: { readonly key: string; readonly source: ImageSource } | undefined;
  return async ({ recipe }) => {
    const { imageSize, exampleCount, seed, evaluation, data: reading } = recipe;
    const key = JSON.stringify([imageSize, exampleCount, seed, evaluation.heldOutFraction, reading]);
    if (opened?.key !== key) {
      opened = { key, source: kept(await imageSource(data, recipe, { onWarning: terminal.print })) };
    }
    const { source } = opened;
    if (!source.test?.classNames) throw labelsMissing(source.name);
    return source;
  };
}

function kept(source: ImageSource): ImageSource {
  const { bank, test, networkTest } = source;
  const keep = (dataset: Dataset) => cached(dataset);
  return {
    ...source,
    bank: keep(bank),
    ...(test && { test: keep(test) }),
    ...(networkTest && { networkTest: networkTest === test ? keep(test) : keep(networkTest) }),
  };
}

/** Grayscale changes nothing in images that are gray. */
function needsColor({ measure }: Cell): boolean {
  return measure.kind === "transformation" && measure.transformation === "grayscale";
}

function titleOf({ cell: { row, column }, seed }: Trial): string {
  return `${[row, column].filter(Boolean).join(", ")}, seed ${seed}`;
}

function resultFile(folder: string, { name }: Trial): string {
  return join(folder, "trials", `${name}.json`);
}

const resultSchema = z.looseObject({ values: z.record(z.string(), z.number()), seconds: z.number() });

async function readResult(file: string): Promise<TrialResult | undefined> {
  const result = await readJsonFile(file, resultSchema, "Delete it: the trial is then made anew.");
  return result as unknown as TrialResult | undefined;
}
