import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostTensor, Json, ModelSpec, RandomKey } from "@simclr/core";
import { name as packageName, version } from "../package.json";
import { writeFileAtomically } from "./atomic-file.js";
import { type Checkpoint, type CheckpointContents, loadCheckpoint, writeCheckpoint } from "./checkpoint.js";
import {
  type BestBy,
  checkpointPath,
  latestCheckpoint,
  removeUnfinished,
  retainCheckpoints,
} from "./checkpoint-folder.js";
import { simclrError } from "./errors.js";
import { openEventFile } from "./event-file.js";
import { appendMetrics, truncateMetrics } from "./metrics-file.js";
import { lockRun } from "./run-lock.js";
import { probeTag, trainTag } from "./tensorboard-names.js";

/** What a run was started with; `config.json`. */
export interface RunConfig {
  readonly key: RandomKey;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly dataset: { readonly length: number; readonly imageShape: readonly number[] };
  readonly backbone: ModelSpec;
  readonly head: ModelSpec;
  readonly recipe?: Json;
}

/** When a step's numbers were measured. */
export interface At {
  readonly step: number;
  readonly epoch: number;
}

type Numbers = Readonly<Record<string, number>>;

/** A run's folder, open for writing. */
export interface RunFolder {
  /** What the run goes on from. */
  readonly checkpoint: Checkpoint | undefined;
  logStep(at: At, metrics: Numbers): Promise<void>;
  logProbe(at: At, probe: string, measured: Numbers): Promise<void>;
  /** Saves a checkpoint, removes those that need not be kept, and returns the folder of the new one. */
  save(tensors: ReadonlyMap<string, HostTensor>, contents: CheckpointContents): Promise<string>;
  close(): Promise<void>;
}

export interface RunFolderOptions {
  readonly resume: boolean;
  readonly keepLast: number;
  readonly best?: BestBy;
}

/** The settings without which a run that goes on would be another run. */
const fixed = ["key", "batchSize", "dataset", "backbone", "head"] as const;

/**
 * Makes a run's folder, or opens one to go on from its last checkpoint:
 *
 *     config.json  metrics.jsonl  checkpoints/step-00001200/{state.safetensors,checkpoint.json}  tensorboard/
 *
 * @throws SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED, SIMCLR_ERROR__TRAINING__RUN_FOLDER_NOT_FOUND,
 *   SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE, SIMCLR_ERROR__TRAINING__RUN_MISMATCH, SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED
 */
export async function openRunFolder(folder: string, config: RunConfig, options: RunFolderOptions): Promise<RunFolder> {
  const saved = await readConfig(folder);
  if (saved && !options.resume) throw occupied(folder);
  if (!saved && options.resume) throw notARun(folder);
  if (saved) refuseMismatch(folder, saved, config);
  const release = await lockRun(folder);
  try {
    return await openLocked(folder, config, options, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function openLocked(
  folder: string,
  config: RunConfig,
  { resume, keepLast, best }: RunFolderOptions,
  release: () => Promise<void>,
): Promise<RunFolder> {
  await removeUnfinished(folder);
  const latest = resume ? await latestCheckpoint(folder) : undefined;
  const checkpoint = latest === undefined ? undefined : await loadCheckpoint(latest);
  const step = checkpoint?.step ?? 0;
  if (resume) await truncateMetrics(folder, step);
  const versions = { [packageName]: version, node: process.versions.node };
  await writeFileAtomically(join(folder, "config.json"), [`${JSON.stringify({ ...config, versions }, null, 2)}\n`]);
  const events = await openEventFile(join(folder, "tensorboard"), resume ? { firstStep: step + 1 } : {});
  const renamed = (numbers: Numbers, tag: (name: string) => string) =>
    Object.fromEntries(Object.entries(numbers).map(([name, value]) => [tag(name), value]));
  return {
    checkpoint,
    logStep: async ({ step, epoch }, metrics) => {
      await appendMetrics(folder, { kind: "train", step, epoch, ...metrics });
      await events.writeScalars(step, renamed(metrics, trainTag));
    },
    logProbe: async ({ step, epoch }, probe, measured) => {
      await appendMetrics(folder, { kind: `probe/${probe}`, step, epoch, ...measured });
      await events.writeScalars(
        step,
        renamed(measured, (name) => probeTag(probe, name)),
      );
    },
    save: async (tensors, contents) => {
      const path = checkpointPath(folder, contents.step);
      await writeCheckpoint(path, tensors, contents);
      await retainCheckpoints(folder, keepLast, best);
      return path;
    },
    close: async () => {
      await events.close();
      await release();
    },
  };
}

async function readConfig(folder: string): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return { ...JSON.parse(text) };
  } catch {
    // Some other program's: the folder is taken, and no run to go on with.
    return {};
  }
}

function refuseMismatch(runFolder: string, saved: Record<string, unknown>, config: RunConfig): void {
  const fields = fixed.filter((field) => JSON.stringify(saved[field]) !== JSON.stringify(config[field]));
  if (fields.length === 0) return;
  const show = (from: Record<string, unknown>) =>
    fields.map((field) => `${field} ${JSON.stringify(from[field])}`).join(", ");
  throw simclrError(
    "SIMCLR_ERROR__TRAINING__RUN_MISMATCH",
    { runFolder, fields },
    {
      expected: `the settings that ${runFolder} was started with: ${show(saved)}`,
      received: show({ ...config }),
      remedy: "Go on with those settings, or start another run in a folder of its own.",
    },
  );
}

function occupied(runFolder: string) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED",
    { runFolder },
    {
      expected: `${runFolder} to be free for a new run`,
      received: "the folder of another run",
      remedy: "Name another folder, or go on with that run by resume: true.",
    },
  );
}

function notARun(runFolder: string) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__RUN_FOLDER_NOT_FOUND",
    { runFolder },
    {
      expected: `the folder of a run at ${runFolder}, to go on with`,
      received: "no config.json there",
      remedy: "Check the path, or leave resume out to start a run.",
    },
  );
}
