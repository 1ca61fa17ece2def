import Table from "cli-table3";
import { duration } from "../terminal/duration.js";
import { percent } from "../terminal/percent.js";
import { measurementTitle } from "./accuracy-table.js";
import type { SavedEvaluation } from "./saved-evaluation.js";

/** Evaluations as a table for a terminal, in their order; the metric that each is known by, with its interval. */
export function evaluationTable(evaluations: readonly SavedEvaluation[]): string {
  const table = new Table({
    head: ["protocol", "encoder", "metric", "value", "95% interval", "time"],
    colAligns: ["left", "left", "left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { protocol, encoderTitle, metrics, primary, interval, settings, seconds } of evaluations) {
    const name = measurementTitle(protocol, settings);
    const range = interval.map((end) => (100 * end).toFixed(1)).join("–");
    table.push([name, encoderTitle, primary, percent(metrics[primary]), range, duration(seconds)]);
  }
  return table.toString();
}
