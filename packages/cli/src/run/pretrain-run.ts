import { disposeTree, type Json, randomKey } from "@simclr/core";
import { useTensorFlow } from "@simclr/runtime";
import { pretrain } from "@simclr/training";
import { listenForInterruption } from "../terminal/interruption.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { trainingProgress } from "../terminal/training-progress.js";
import { batchSizeFor } from "./batch-size.js";
import { buildStep } from "./build-step.js";
import { type EvaluateRunResult, evaluateRun } from "./evaluate-run.js";
import { imageSource } from "./image-source.js";
import { onlineProbes } from "./online-probes.js";
import { type PretrainSettingsOptions, pretrainSettings } from "./pretrain-settings.js";
import { profiledCompile } from "./profiled-compile.js";
import { recipeCompile } from "./recipe-compile.js";
import { shown, typed } from "./run-settings.js";
import { runSummary } from "./run-summary.js";
import { type StartingNetwork, startingNetwork } from "./starting-network.js";
import { trainingImages } from "./training-images.js";

export interface PretrainRunOptions extends PretrainSettingsOptions {
  /** How the user calls the command line, for the line that says how to go on. Default `simclr`. */
  readonly command?: string;
  /** Where to write a trace of the second training step, which is also summed up on the terminal. Default: nowhere. */
  readonly profile?: string | undefined;
  /** Where lines and bars for people go. Default: standard error. */
  readonly terminal?: Terminal;
}

export interface PretrainRunResult {
  readonly runFolder: string;
  /** Whether Ctrl-C stopped it; it then has no report. */
  readonly interrupted: boolean;
  readonly evaluation?: EvaluateRunResult;
}

/**
 * `simclr pretrain` as a function: trains with a progress bar, saves on Ctrl-C, and ends with a report in the run's folder.
 *
 * @throws the errors of recipes, images, the runtime and training; nearly all of them before the first step
 */
export async function pretrainRun(options: PretrainRunOptions): Promise<PretrainRunResult> {
  const { terminal = openTerminal(), command = "simclr" } = options;
  const { data, recipe: asked, runFolder } = await pretrainSettings(options);
  const source = await imageSource(data, asked, { onWarning: terminal.print });
  const { images, ...labelled } = trainingImages(source, asked);
  const exampleCount = images.length;
  const batchSize = batchSizeFor(asked.batchSize, exampleCount);
  const recipe = { ...asked, batchSize };

  await useTensorFlow();
  const { imageShape } = source.bank;
  const start = await startingNetwork(recipe, imageShape, runFolder);
  const step = buildStep(recipe, { batchSize, exampleCount, imageShape, ...labelled, ...(start && { start }) });
  for (const line of runSummary({ source, images, recipe, backbone: step.backbone, head: step.head, runFolder }))
    terminal.print(line);
  if (start) terminal.print(startLine(recipe.startFrom as string, start));

  const { profile: file } = options;
  const compile = recipeCompile(recipe);
  const compileStep = file
    ? profiledCompile(compile, { file, functionName: "trainStep", print: terminal.print })
    : compile;
  const totalSteps = recipe.epochs * Math.floor(exampleCount / batchSize);
  const progress = trainingProgress(terminal, totalSteps, recipe.epochs);
  const interruption = listenForInterruption(() =>
    terminal.print("Stopping after this step and saving. Ctrl-C again stops at once, without saving."),
  );
  const result = await pretrain({
    dataset: images,
    step,
    batchSize,
    epochs: recipe.epochs,
    key: randomKey(recipe.seed),
    compile: compileStep,
    runFolder,
    resume: options.resume ?? false,
    recipe: { data: source.name, recipe } satisfies Json,
    checkpoint: { ...recipe.checkpoints, ...(source.test && { best: { metric: "knn/top1", mode: "max" } }) },
    // A curve of a thousand points is enough for the eye.
    log: { everySteps: Math.max(1, Math.round(totalSteps / 1000)) },
    probes: onlineProbes(source, recipe),
    signal: interruption.signal,
    onProgress: progress.show,
  }).finally(() => {
    progress.stop();
    interruption.release();
    start?.dispose();
  });
  disposeTree(result.state);
  if (result.interrupted) {
    const saved = result.checkpoint ? `; saved in ${shown(result.checkpoint)}` : "";
    terminal.print(`Stopped after step ${result.step} of ${totalSteps}${saved}.`);
    terminal.print(`Go on with: ${command} pretrain --run ${typed(runFolder)} --resume`);
    return { runFolder, interrupted: true };
  }
  return { runFolder, interrupted: false, evaluation: await evaluateRun({ runFolder, source, terminal }) };
}

function startLine(startFrom: string, { hasHead }: StartingNetwork): string {
  return `Start     encoder${hasHead ? " and projection head" : ", with a new projection head,"} of ${shown(startFrom)}`;
}
