import { evaluationTable } from "../report/evaluation-table.js";
import type { EvaluateRunResult } from "../run/evaluate-run.js";
import { shown } from "../run/run-settings.js";

/** What was measured, on standard output, and where it lies. */
export function printEvaluations({ evaluations, report, files }: EvaluateRunResult): void {
  const lines = [
    evaluations.length > 0 ? evaluationTable(evaluations) : "Nothing was measured.",
    `Report  ${shown(files.html)}`,
    `Run     ${shown(report.runFolder)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
