import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type HostTensor,
  isSimclrError,
  type Json,
  type ModelSpec,
  type RandomKey,
  type TensorTree,
} from "@simclr/core";
import { name as packageName, version } from "../package.json";
import { flushFolder, writeFileFlushed } from "./atomic-file.js";
import { simclrError } from "./errors.js";
import { download } from "./host-tensors.js";
import { readSafetensors, writeSafetensorsHashed } from "./safetensors-file.js";

/** What a checkpoint is of; with the numbers it is all that a run needs to go on, or an encoder to be built. */
export interface CheckpointContents {
  /** How many steps were made. */
  readonly step: number;
  /** How many epochs were begun. */
  readonly epoch: number;
  /** The run's one random key. */
  readonly key: RandomKey;
  readonly backbone: ModelSpec;
  readonly head: ModelSpec;
  /** The application's own settings. */
  readonly recipe?: Json;
  /** What was measured at this very step. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Checkpoint extends CheckpointContents {
  /** The checkpoint's folder. */
  readonly path: string;
  /** The state's numbers by path: `params/backbone/...`, `batchStats/...`, `optimizerState/...`, `objectiveState/...`, `step`. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

const format = "simclr-checkpoint";
const formatVersion = 1;
const descriptionFile = "checkpoint.json";
const stateFile = "state.safetensors";

/**
 * Saves a state as a folder of `state.safetensors` and `checkpoint.json`, which appears as a whole or not at all.
 *
 * @param path the checkpoint's folder; one that is there is replaced
 * @param state borrowed
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { checkpointPath, loadCheckpoint, restoreState, saveCheckpoint } from "@simclr/training";
 * const state = { params: { "backbone/gain": tf.ones([3]) }, step: tf.scalar(7, "int32") };
 * const models = { backbone: { kind: "gain" }, head: { kind: "none" } };
 * const path = checkpointPath("runs/gain", 7); // runs/gain/checkpoints/step-00000007
 * await saveCheckpoint(path, state, { step: 7, epoch: 1, key: randomKey(0), ...models, metrics: { loss: 0.5 } });
 * const checkpoint = await loadCheckpoint(path);
 * const restored = restoreState(checkpoint, state); // new tensors, in the form of `state`
 * console.log(checkpoint.metrics, await restored.step.data());
 * ```
 */
export async function saveCheckpoint(path: string, state: TensorTree, contents: CheckpointContents): Promise<void> {
  await writeCheckpoint(path, await download(state), contents);
}

/** {@link saveCheckpoint} of numbers that are on the host already. */
export async function writeCheckpoint(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  contents: CheckpointContents,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  try {
    await mkdir(temporary, { recursive: true });
    const sha256 = await writeSafetensorsHashed(join(temporary, stateFile), tensors);
    const versions = { [packageName]: version, node: process.versions.node };
    const description = { format, formatVersion, ...contents, versions, state: { file: stateFile, sha256 } };
    await writeFileFlushed(join(temporary, descriptionFile), [`${JSON.stringify(description, null, 2)}\n`]);
    await flushFolder(temporary);
    await removeCheckpoint(path);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await flushFolder(dirname(path));
}

/** Removes a checkpoint; it loses its name first, so that none is ever found half removed. */
export async function removeCheckpoint(path: string): Promise<void> {
  const leaving = join(dirname(path), `.${basename(path)}.${process.pid}.removed.tmp`);
  await rm(leaving, { recursive: true, force: true });
  await rename(path, leaving).catch(ignoreMissing);
  await rm(leaving, { recursive: true, force: true });
}

/**
 * Loads a checkpoint's description and numbers and checks that they are what was saved.
 *
 * @param path the checkpoint's folder, `<run>/checkpoints/step-00001200`
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { contents, sha256 } = await readDescription(path);
  const read = readSafetensors(join(path, stateFile)).catch((cause: unknown) => {
    if (isSimclrError(cause, "SIMCLR_ERROR__CORE__SAFETENSORS_INVALID"))
      throw damaged(path, cause.context.reason, cause);
    throw damaged(path, `${stateFile} cannot be read`, cause);
  });
  const { tensors, sha256: found } = await read;
  if (found !== sha256) throw damaged(path, `${stateFile} is not the file that was saved: its SHA-256 differs`);
  return { ...contents, path, tensors };
}

/** A checkpoint's description without its numbers. */
export async function readDescription(path: string): Promise<{ contents: CheckpointContents; sha256: string }> {
  const text = await readFile(join(path, descriptionFile), "utf8").catch((cause: unknown) => {
    throw notFound(path, cause);
  });
  const parsed = parse(text);
  if (parsed?.format !== format) throw damaged(path, `${descriptionFile} is not a checkpoint's description`);
  if (parsed.formatVersion !== formatVersion) {
    throw damaged(
      path,
      `it is of version ${parsed.formatVersion} of the format, and this package reads ${formatVersion}`,
    );
  }
  if (!isComplete(parsed)) {
    throw damaged(
      path,
      `${descriptionFile} lacks the step, the key, a model's spec, the metrics or the state's SHA-256`,
    );
  }
  const { step, epoch, key, backbone, head, recipe, metrics, state } = parsed;
  const contents = { step, epoch, key, backbone, head, metrics, ...(recipe !== undefined && { recipe }) };
  return { contents, sha256: state.sha256 };
}

type Description = CheckpointContents & { format: string; formatVersion: number; state: { sha256: string } };

function isComplete(description: Partial<Description>): description is Description {
  const { step, epoch, key, backbone, head, metrics, state } = description;
  const numbers = Number.isSafeInteger(step) && Number.isSafeInteger(epoch) && Array.isArray(key) && metrics;
  return Boolean(numbers && backbone?.kind && head?.kind && state?.sha256);
}

function parse(text: string): Partial<Description> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function notFound(path: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__CHECKPOINT_NOT_FOUND",
    { path },
    {
      expected: `a checkpoint at ${path}`,
      received: `no ${descriptionFile} there`,
      remedy: "Name a run folder with a finished checkpoint, or one of the folders below its checkpoints/.",
    },
    cause,
  );
}

function damaged(checkpoint: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED",
    { checkpoint, reason },
    {
      expected: `a checkpoint as it was saved at ${checkpoint}`,
      received: `a damaged or foreign one: ${reason}`,
      remedy: "Remove the folder; the checkpoint before it, if one was kept, is then the latest.",
    },
    cause,
  );
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
