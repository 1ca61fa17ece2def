import { reportTable } from "../report/report-table.js";
import type { EvaluateRunResult } from "../run/evaluate-run.js";
import { shown } from "../run/run-settings.js";

/** The report's numbers on standard output, and where the rest of it lies. */
export function printReport({ report, files }: EvaluateRunResult): void {
  const table = reportTable(report);
  const lines = [
    ...(table ? [table] : ["No labels, so no accuracies."]),
    `Report  ${shown(files.html)}`,
    `Run     ${shown(report.runFolder)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
