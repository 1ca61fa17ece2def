import { basename, join, resolve } from "node:path";
import { foldIn, type Json, randomKey } from "@simclr/core";
import { type Embed, embedOnce } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { type LoadedEncoder, loadEncoder, loadNetwork, readMetrics } from "@simclr/training";
import { isSimclrError, labelsMissing, type SimclrErrorCode } from "../errors.js";
import { jobName } from "../evaluation/evaluation-job.js";
import {
  type EvaluationChoices,
  type EvaluationSettings,
  evaluationSettings,
} from "../evaluation/evaluation-settings.js";
import { featureJobs } from "../evaluation/feature-jobs.js";
import { networkJobs } from "../evaluation/network-jobs.js";
import { isFeatureProtocol } from "../evaluation/protocols.js";
import { reportAccuracies } from "../evaluation/report-accuracies.js";
import { runJobs } from "../evaluation/run-jobs.js";
import { encoderTitle } from "../recipe/objective-name.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { Report, ReportFiles } from "../report/report.js";
import { type RunPictures, readPictures } from "../report/run-pictures.js";
import { readEvaluations, type SavedEvaluation } from "../report/saved-evaluation.js";
import { writeReport } from "../report/write-report.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { encoderPictures } from "./encoder-pictures.js";
import { atMost, type ImageSource, imageSource } from "./image-source.js";
import { machine } from "./machine.js";
import { encodersToMeasure } from "./measured-encoders.js";
import { openStudent } from "./open-student.js";
import { recipeCompile } from "./recipe-compile.js";
import { readRunSettings } from "./run-settings.js";

export interface EvaluateRunOptions extends EvaluationChoices {
  readonly runFolder: string;
  /** Other images than the run's own, with labels: a name or a path, as for `pretrainRun`. */
  readonly data?: string | undefined;
  /** The run's images, when they are open already. */
  readonly source?: ImageSource;
  readonly terminal?: Terminal;
  /** Stops between two steps; what is finished is kept, and on the page. */
  readonly signal?: AbortSignal;
}

export interface EvaluateRunResult {
  readonly report: Report;
  readonly files: ReportFiles;
  /** What was measured now, as it lies in `<run>/evaluations`. */
  readonly evaluations: readonly SavedEvaluation[];
  /** Whether the signal came before all was measured. */
  readonly interrupted: boolean;
}

/** What makes images unfit to be measured on. A run whose labels nobody asked about has a report all the same. */
const unmeasurable: ReadonlySet<SimclrErrorCode> = new Set<SimclrErrorCode>([
  "SIMCLR_ERROR__EVALUATION__EMPTY_CLASS",
  "SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES",
  "SIMCLR_ERROR__EVALUATION__ONE_CLASS",
]);

/**
 * `simclr evaluate` as a function: measures a run's encoder by every protocol that is asked for, writes each result to
 * `<run>/evaluations` when it is there, and in the end the report. When no protocol is named, a run without labels has a
 * report of neighbours and the loss alone.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL, SIMCLR_ERROR__CLI__INVALID_OPTION,
 *   SIMCLR_ERROR__CLI__LABELS_MISSING when `data` or protocols were named, SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 * @example
 * ```ts
 * import { evaluateRun } from "simclr";
 * const labelFractions = [0.01, 0.1, 1];
 * const measure = (runFolder: string) => evaluateRun({ runFolder, protocols: ["fine-tune", "supervised"], labelFractions });
 * // const { evaluations } = await measure("runs/photos-20261124-093000");
 * ```
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<EvaluateRunResult> {
  const { terminal = openTerminal(), data } = options;
  const runFolder = resolve(options.runFolder);
  const { recipe, data: ownData } = await readRunSettings(runFolder);
  const settings = evaluationSettings(options, recipe);
  await useTensorFlow();
  const trained = await loadEncoder(runFolder, { compile: recipeCompile(recipe) });
  try {
    const source = options.source ?? (await openSource(data ?? ownData, recipe, trained, terminal));
    const isNamed = data !== undefined || options.protocols !== undefined;
    if (isNamed && !source.test) throw labelsMissing(source.name);
    const suffix = data === undefined ? "" : `-on-${basename(source.name)}`;
    const folder = join(runFolder, "report", ...(data === undefined ? [] : [basename(source.name)]));
    const context = { options, settings, runFolder, recipe, trained, source, terminal, suffix, folder };
    const { pictures, evaluations, accuracies } = await measure(context);
    const lines = await readMetrics(runFolder);
    const { step, epoch } = trained.checkpoint;
    const last = lines.findLast(({ kind }) => kind === "train");
    const { kind: _, step: __, epoch: ___, ...metrics } = last ?? { kind: "", step: 0, epoch: 0 };
    const report: Report = {
      runFolder,
      data: source.name,
      recipe: recipe.description,
      seed: recipe.seed,
      training: {
        steps: step,
        epochs: epoch,
        exampleCount: source.bank.length,
        metrics: metrics as Record<string, number>,
      },
      ...(accuracies && { accuracies }),
      machine: machine(),
    };
    const files = await writeReport(folder, report, pictures);
    return { report, files, evaluations, interrupted: options.signal?.aborted ?? false };
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

interface MeasureContext {
  readonly options: EvaluateRunOptions;
  readonly settings: EvaluationSettings;
  readonly runFolder: string;
  readonly recipe: Recipe;
  readonly trained: LoadedEncoder;
  readonly source: ImageSource;
  readonly terminal: Terminal;
  readonly suffix: string;
  /** Of the report. */
  readonly folder: string;
}

interface Measured {
  readonly pictures: RunPictures;
  readonly evaluations: readonly SavedEvaluation[];
  readonly accuracies?: NonNullable<Report["accuracies"]>;
}

async function measure(context: MeasureContext): Promise<Measured> {
  const { options, settings, runFolder, recipe, trained, source, terminal, suffix } = context;
  const runKey = randomKey(recipe.seed);
  const key = foldIn(runKey, "evaluate");
  const compile = recipeCompile(recipe);
  const { step } = trained.checkpoint;
  const once = embedOnce();
  // The encoders are compiled already.
  const embed: Embed = (encoder, dataset, { compile: _, ...rest } = {}) => once(encoder, dataset, rest);
  const encoders = encodersToMeasure(trained, runKey, source.bank.imageShape, compile, encoderTitle(recipe));
  const needsNetwork = !settings.protocols.every(isFeatureProtocol);
  const network = needsNetwork && source.test ? await loadNetwork(runFolder) : undefined;
  const student = network && settings.student ? await openStudent(settings.student, source.bank.imageShape) : undefined;
  try {
    const { test, networkTest } = source;
    const jobs = [];
    const train = atMost(source.bank, settings.examples);
    if (test?.classNames) {
      const parts = { train, test: atMost(test, settings.examples) };
      jobs.push(...featureJobs({ settings, recipe: recipe.evaluation, encoders, ...parts, embed, key }));
    }
    if (network && networkTest) {
      const [height, width] = source.bank.imageShape;
      const parts = {
        train: atMost(source.networkTraining ?? source.pretraining, settings.examples),
        test: atMost(networkTest, settings.examples),
        ...(source.networkTraining && { unlabelled: atMost(source.pretraining, settings.examples) }),
        ...(student && { student }),
      };
      jobs.push(...networkJobs({ settings, recipe, network, ...parts, imageSize: [height, width], key }));
    }
    // A damaged file that is not about to be replaced would end all this without a page.
    await readEvaluations(runFolder, { except: jobs.map((job) => `${jobName(job)}${suffix}.json`) });
    const pictures = await picturesOf(context, embed);
    if (!test?.classNames) return { pictures, evaluations: [] };

    const common = {
      key,
      compile,
      recipe: recipe as Json,
      versions: { node: process.versions.node },
      ...(options.signal && { signal: options.signal }),
    };
    const evaluations = await runJobs(jobs, { runFolder, data: source.name, step, suffix, common, terminal }).catch(
      (error) => {
        if (options.protocols || options.data || !isSimclrError(error) || !unmeasurable.has(error.code)) throw error;
        terminal.print(`No accuracies: ${error.message.replace(`${error.code}: `, "")}`);
        return undefined;
      },
    );
    if (!evaluations) return { pictures, evaluations: [] };
    // With what was measured before of the same encoder.
    const saved = (await readEvaluations(runFolder)).filter((one) => one.data === source.name && one.step === step);
    const [height, width, channels] = source.bank.imageShape;
    const { featureSize } = trained.backbone;
    const accuracies = reportAccuracies({
      evaluations: saved,
      classNames: test.classNames,
      bankCount: train.length,
      testCount: Math.min(test.length, settings.examples),
      neighbours: settings.k ?? Math.min(recipe.evaluation.neighbours, train.length),
      featureSizes: {
        trained: featureSize,
        untrained: featureSize,
        pixels: Math.min(32, height) * Math.min(32, width) * channels,
      },
    });
    return { pictures, evaluations, accuracies };
  } finally {
    student?.dispose();
    network?.dispose();
    for (const encoder of encoders) encoder.dispose();
  }
}

/** Pictures of the last checkpoint: those that are there when protocols were named, which may need no features at all. */
async function picturesOf({ options, recipe, trained, source, terminal, folder }: MeasureContext, embed: Embed) {
  const { step } = trained.checkpoint;
  // A damaged file is none: it is written anew.
  const known = options.protocols && (await readPictures(folder).catch(() => undefined));
  if (known?.step === step) return known;
  const { signal } = options;
  return encoderPictures({ encoder: trained, source, recipe, embed, name: encoderTitle(recipe), terminal, signal });
}
