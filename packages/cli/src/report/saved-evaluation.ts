import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "@simclr/core";
import type { EvaluationResult } from "@simclr/evaluation";
import { z } from "zod";
import { readJsonFile } from "../run/read-json-file.js";
import type { MeasuredEncoder } from "./report.js";

/** A file of a run's `evaluations` folder: what was measured, of which encoder, on which images. */
export interface SavedEvaluation extends EvaluationResult {
  readonly encoder: MeasuredEncoder["encoder"];
  /** In words: `the same, untrained`. */
  readonly encoderTitle: string;
  /** `digits`, or a path. */
  readonly data: string;
  /** Steps of training that the encoder had. */
  readonly step?: number;
}

const count = z.int().min(0);
const squareOfCounts = z.array(z.array(count)).refine((rows) => rows.every((row) => row.length === rows.length), {
  error: "a row for each class, and a column for each class",
});

const shape = z.object({
  encoder: z.enum(["trained", "untrained", "pixels"]),
  encoderTitle: z.string(),
  data: z.string(),
  step: z.exactOptional(count),
  protocol: z.string().min(1),
  metrics: z.record(z.string(), z.number()),
  primary: z.string(),
  interval: z.tuple([z.number(), z.number()]),
  predictions: z.exactOptional(z.array(count)),
  confusion: z.exactOptional(squareOfCounts),
  settings: z.record(z.string(), z.json()) as z.ZodType<{ readonly [name: string]: Json }>,
  counts: z.object({ train: count, validation: count, test: count, classes: count }),
  recipe: z.json() as z.ZodType<Json>,
  key: z.tuple([count, count]),
  versions: z.record(z.string(), z.string()),
  seconds: z.number().min(0),
});

const savedEvaluation: z.ZodType<SavedEvaluation> = shape.check(({ value, issues }) => {
  const refuse = (path: string, message: string) =>
    issues.push({ code: "custom", path: [path], message, input: value });
  if (!Object.hasOwn(value.metrics, value.primary)) refuse("primary", `"${value.primary}" is none of the metrics`);
  if (value.interval[0] > value.interval[1]) refuse("interval", "its lower end is above its upper one");
});

/**
 * Everything that was measured of a run, in the order of the files' names.
 *
 * @param except names of files that are not read
 * @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function readEvaluations(
  runFolder: string,
  { except = [] }: { readonly except?: readonly string[] } = {},
): Promise<SavedEvaluation[]> {
  const folder = join(runFolder, "evaluations");
  const names = await readdir(folder).catch(() => []);
  const remedy = "Remove the file, or measure again: simclr evaluate.";
  const files = names.filter((name) => name.endsWith(".json") && !except.includes(name)).sort();
  const read = await Promise.all(files.map((name) => readJsonFile(join(folder, name), savedEvaluation, remedy)));
  return read.filter((evaluation) => evaluation !== undefined);
}
