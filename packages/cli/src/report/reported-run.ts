import { basename, join, resolve } from "node:path";
import type { ModelSpec } from "@simclr/core";
import { type MetricsLine, readMetrics } from "@simclr/training";
import { z } from "zod";
import type { Recipe } from "../recipe/recipe-schema.js";
import { damaged, readJsonFile } from "../run/read-json-file.js";
import { readRunSettings } from "../run/run-settings.js";
import { type Report, reportSchema } from "./report.js";
import { type RunPictures, readPictures } from "./run-pictures.js";
import { readEvaluations, type SavedEvaluation } from "./saved-evaluation.js";

/** All that a page says of a run. */
export interface ReportedRun {
  /** The folder's name, or as much of its path as tells the page's runs apart. */
  readonly name: string;
  readonly folder: string;
  /** `digits`, or a path. */
  readonly data: string;
  readonly recipe: Recipe;
  /** The network itself: an imported one may differ from what the recipe can say. */
  readonly backbone?: ModelSpec;
  readonly stepsPerEpoch: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly lines: readonly MetricsLine[];
  /** Absent before training has ended. */
  readonly report?: Report;
  readonly evaluations: readonly SavedEvaluation[];
  readonly pictures?: RunPictures;
}

const config = z.object({
  stepsPerEpoch: z.int().min(1),
  backbone: z.exactOptional(z.looseObject({ kind: z.string() })) as z.ZodType<ModelSpec | undefined>,
  dataset: z.object({ length: z.int().min(1) }),
  versions: z.record(z.string(), z.string()).default({}),
});

/**
 * Reads what is known of a run from its folder. It need not have been trained to the end, or evaluated.
 *
 * @param reportFolder default `<run>/report`
 * @throws SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function readReportedRun(
  runFolder: string,
  reportFolder = join(runFolder, "report"),
): Promise<ReportedRun> {
  const folder = resolve(runFolder);
  const again = "A run's files are written by simclr pretrain: train again, or restore the file.";
  const configFile = join(folder, "config.json");
  const [raw, evaluations, report, pictures] = await Promise.all([
    readJsonFile(configFile, z.unknown(), again),
    readEvaluations(folder),
    readJsonFile(join(reportFolder, "report.json"), reportSchema, "Measure again: simclr evaluate."),
    readPictures(reportFolder),
  ]);
  const settings = await readRunSettings(folder);
  const parsed = config.safeParse(raw);
  if (!parsed.success) throw damaged(configFile, parsed.error.issues[0]?.message ?? "another file", again);
  const { stepsPerEpoch, backbone, dataset, versions } = parsed.data;
  const lines = await readMetrics(folder).catch((cause: Error) => {
    throw damaged(join(folder, "metrics.jsonl"), cause.message, "Remove the line that is broken.", cause);
  });
  return {
    name: basename(folder),
    folder,
    ...settings,
    ...(backbone && { backbone }),
    stepsPerEpoch,
    exampleCount: dataset.length,
    versions,
    lines,
    evaluations,
    ...(report && { report }),
    ...(pictures && { pictures }),
  };
}

/** Runs by names that differ: where folders are called alike, as much of their paths as it takes. */
export function distinctlyNamed(runs: readonly ReportedRun[]): ReportedRun[] {
  const parts = runs.map(({ folder }) => folder.split(/[\\/]/).filter(Boolean));
  const tail = (which: number, length: number) => parts[which]?.slice(-length).join("/") ?? "";
  return runs.map((run, i) => {
    let length = 1;
    const isShared = () => parts.some((_, j) => j !== i && tail(j, length) === tail(i, length));
    while (length < (parts[i]?.length ?? 0) && isShared()) length++;
    return { ...run, name: tail(i, length) };
  });
}
