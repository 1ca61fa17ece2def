import Table from "cli-table3";
import { meanAndDeviation } from "../experiment/experiment-table.js";
import type { RunExperimentResult } from "../experiment/run-experiment.js";
import { shown } from "../run/run-settings.js";

/** What an experiment found until now, on standard output, and where it lies. */
export function printExperiment(result: RunExperimentResult): void {
  const { experiment, trialCount, finishedCount, runsToDo, summary, files } = result;
  const lines = [`${experiment.title} (${experiment.source})`];
  if (summary && files) {
    const table = new Table({
      head: [
        [experiment.axes.row, experiment.axes.column].filter(Boolean).join(", "),
        ...experiment.metrics.map(({ title, unit }) => `${title}, ${unit === "percent" ? "%" : unit}`),
      ],
      colAligns: ["left", ...experiment.metrics.map(() => "right" as const)],
      style: { head: [], border: [] },
    });
    for (const cell of summary.cells) {
      const place = [cell.row, cell.column].filter(Boolean).join(", ");
      table.push([place, ...experiment.metrics.map((metric) => meanAndDeviation(cell, metric))]);
    }
    lines.push(table.toString(), ...summary.direction, `In the paper: ${experiment.published}`);
    lines.push(`Figure  ${shown(files.svg)}, ${shown(files.png)}`, `Table   ${shown(files.markdown)}, .csv, .json`);
  }
  const left = trialCount - finishedCount;
  if (left > 0) lines.push(`${finishedCount} of ${trialCount} trials are finished; left: ${left}, ${runsToDo} runs among them.`); // biome-ignore format: one line
  process.stdout.write(`${lines.join("\n")}\n`);
}
