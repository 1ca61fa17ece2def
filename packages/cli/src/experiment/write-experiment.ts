import { join } from "node:path";
import { writeFileWhole } from "../run/write-file-whole.js";
import type { Experiment } from "./experiment.js";
import { asPng, experimentFigure } from "./experiment-figure.js";
import { experimentCsv, experimentMarkdown } from "./experiment-table.js";
import { type ExperimentSummary, summarize } from "./summary.js";
import type { Trial, TrialResult } from "./trial.js";

export interface FinishedTrial {
  readonly trial: Trial;
  readonly result: TrialResult;
}

export interface WriteExperimentOptions {
  readonly folder: string;
  readonly scale: string;
  /** As the user named the images. */
  readonly data: string;
  readonly set: readonly string[];
  /** That the whole experiment has. */
  readonly trialCount: number;
}

export interface ExperimentFiles {
  readonly markdown: string;
  readonly csv: string;
  readonly json: string;
  readonly svg: string;
  readonly png: string;
}

/** Writes what there is of an experiment: `<name>.md`, `.csv`, `.json`, `.svg` and `.png`. */
export async function writeExperiment(
  experiment: Experiment,
  finished: readonly FinishedTrial[],
  options: WriteExperimentOptions,
): Promise<{ readonly summary: ExperimentSummary; readonly files: ExperimentFiles }> {
  const { folder, scale, data, set, trialCount } = options;
  const { name, title, source, published, metrics } = experiment;
  const summary = summarize(experiment, finished);
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const files = { markdown: file("md"), csv: file("csv"), json: file("json"), svg: file("svg"), png: file("png") };
  const changed = set.map((assignment) => ` --set ${assignment}`).join("");
  const command = `simclr experiment ${name} ${data} --scale ${scale}${changed}`;
  const done = finished.length < trialCount ? ` ${finished.length} of ${trialCount} trials.` : "";
  const about = `\`${command}\`.${done}`;
  const svg = await experimentFigure(experiment, summary.cells);
  // The recipe and the place of the images are said once.
  const trials = finished.map(({ trial, result: { recipe: _, data: __, ...result } }) => {
    const { row, column, changes } = trial.cell;
    return { row, column, changes, seed: trial.seed, run: trial.run ?? null, ...result };
  });
  const [example] = finished;
  const json = { experiment: name, title, source, published, command, metrics, trialCount, ...summary, trials, recipe: example?.result.recipe }; // biome-ignore format: one line
  await writeFileWhole(files.markdown, experimentMarkdown(experiment, summary, about));
  await writeFileWhole(files.csv, experimentCsv(experiment, summary.cells));
  await writeFileWhole(files.json, `${JSON.stringify(json, null, 2)}\n`);
  await writeFileWhole(files.svg, svg);
  await writeFileWhole(files.png, await asPng(svg));
  return { summary, files };
}
