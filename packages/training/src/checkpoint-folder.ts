import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { notFound, readDescription, removeCheckpoint } from "./checkpoint.js";

/** Which of a measured quantity's values is the best. */
export interface BestBy {
  /** A key of a checkpoint's `metrics`: `loss`, or `<probe>/<name>`, `knn/top1`. */
  readonly metric: string;
  readonly mode: "min" | "max";
}

interface Found {
  readonly path: string;
  readonly step: number;
}

const name = /^step-(\d{8,})$/;

/** Where a run's checkpoint of a step lies. */
export function checkpointPath(runFolder: string, step: number): string {
  return join(runFolder, "checkpoints", `step-${String(step).padStart(8, "0")}`);
}

/** A run's checkpoints in the order of their steps. Half-written ones have no such name and are not among them. */
export async function listCheckpoints(runFolder: string): Promise<Found[]> {
  const folder = join(runFolder, "checkpoints");
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((entry) => {
    const step = name.exec(entry)?.[1];
    return step === undefined ? [] : [{ path: join(folder, entry), step: Number(step) }];
  });
  return found.sort((a, b) => a.step - b.step);
}

/** The folder of a run's last checkpoint; undefined when it has none. */
export async function latestCheckpoint(runFolder: string): Promise<string | undefined> {
  return (await listCheckpoints(runFolder)).at(-1)?.path;
}

/** The folder of a run's best checkpoint, the earlier of equals; undefined when the metric was measured at none. */
export async function bestCheckpoint(runFolder: string, { metric, mode }: BestBy): Promise<string | undefined> {
  let best: { path: string; value: number } | undefined;
  for (const { path } of await listCheckpoints(runFolder)) {
    const value = (await readDescription(path)).contents.metrics[metric];
    if (value === undefined) continue;
    if (!best || (mode === "min" ? value < best.value : value > best.value)) best = { path, value };
  }
  return best?.path;
}

/**
 * The checkpoint that a path means: itself, or the last one of a run folder.
 *
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND
 */
export async function resolveCheckpoint(runFolderOrCheckpoint: string): Promise<string> {
  const isCheckpoint = await stat(join(runFolderOrCheckpoint, "checkpoint.json")).catch(() => undefined);
  if (isCheckpoint) return runFolderOrCheckpoint;
  const latest = await latestCheckpoint(runFolderOrCheckpoint);
  if (latest === undefined) throw notFound(runFolderOrCheckpoint);
  return latest;
}

/** Removes all of a run's checkpoints but the last few and the best. */
export async function retainCheckpoints(runFolder: string, keepLast: number, best?: BestBy): Promise<void> {
  const found = await listCheckpoints(runFolder);
  const kept = new Set(found.slice(-keepLast).map(({ path }) => path));
  const bestPath = best && (await bestCheckpoint(runFolder, best));
  for (const { path } of found) {
    if (!kept.has(path) && path !== bestPath) await removeCheckpoint(path);
  }
}

/** Removes what a killed process left half-written. */
export async function removeUnfinished(runFolder: string): Promise<void> {
  const folder = join(runFolder, "checkpoints");
  const names = await readdir(folder).catch(() => []);
  const unfinished = names.filter((entry) => entry.startsWith(".") && entry.endsWith(".tmp"));
  for (const entry of unfinished) await rm(join(folder, entry), { recursive: true, force: true });
}
