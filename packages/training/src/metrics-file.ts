import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "./atomic-file.js";

/** A line of `metrics.jsonl`: what was measured after `step` steps. */
export interface MetricsLine {
  /** `train`, or `probe/<name>`. */
  readonly kind: string;
  readonly step: number;
  readonly epoch: number;
  readonly [measured: string]: number | string;
}

function fileOf(runFolder: string): string {
  return join(runFolder, "metrics.jsonl");
}

/** Appends a line to a run's `metrics.jsonl`. */
export async function appendMetrics(runFolder: string, line: MetricsLine): Promise<void> {
  await appendFile(fileOf(runFolder), `${JSON.stringify(line)}\n`);
}

/**
 * All lines of a run's `metrics.jsonl`; none when it is not there. A last line that was cut off is left out.
 */
export async function readMetrics(runFolder: string): Promise<MetricsLine[]> {
  const text = await readFile(fileOf(runFolder), "utf8").catch(() => "");
  // What follows the last line break is empty, or a line that was never finished.
  const finished = text.split("\n").slice(0, -1);
  return finished.map((line) => JSON.parse(line));
}

/** Drops the lines of later steps, so that a run that goes on from a checkpoint writes none twice. */
export async function truncateMetrics(runFolder: string, lastStep: number): Promise<void> {
  const kept = (await readMetrics(runFolder)).filter(({ step }) => step <= lastStep);
  await writeFileAtomically(
    fileOf(runFolder),
    kept.map((line) => `${JSON.stringify(line)}\n`),
  );
}
