import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSimclrError, simclrError } from "@simclr/core";
import "./errors.js";
import { diskFull, requireDiskSpace } from "./disk-space.js";
import { downloadWheel } from "./download-wheel.js";
import type { LockedTensorFlow } from "./lock.js";
import { type ManifestFile, writeManifest } from "./manifest.js";
import type { OnProvisionProgress } from "./progress.js";
import { type Python, pythonWithPip } from "./python.js";
import { unpackWheel } from "./unpack-wheel.js";

const stagingPrefix = "staging-";

/**
 * Makes an installation in the cache: all wheels, then all files beside the place, then one rename. A wheel that is
 * there whole is kept until the end, so an interrupted call goes on where it was. The caller holds the cache's lock.
 */
export async function install(
  tensorflow: LockedTensorFlow,
  root: string,
  cache: string,
  environment: NodeJS.ProcessEnv,
  onProgress: OnProvisionProgress,
): Promise<void> {
  const wheelDirectory = join(cache, "wheels");
  const staging = join(cache, `${stagingPrefix}${randomUUID()}`);
  await removeLeftovers(cache);
  const requiredBytes = await bytesNeeded(tensorflow, wheelDirectory);
  await requireDiskSpace(cache, requiredBytes);
  try {
    await mkdir(wheelDirectory, { recursive: true });
    await mkdir(staging);
    const wheelFiles = await downloadAll(tensorflow, wheelDirectory, staging, environment, onProgress);
    const whole = join(staging, "whole");
    const files = await unpackAll(tensorflow, wheelFiles, whole, onProgress);
    await writeManifest(whole, { wheels: tensorflow.wheels.map((wheel) => wheel.fileName), files });
    await rename(root, join(staging, "damaged")).catch(ignoreAbsence);
    await rename(whole, root);
    for (const file of wheelFiles) await rm(file, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw !isSimclrError(error) && (code === "ENOSPC" || code === "EDQUOT") ? diskFull(cache, requiredBytes) : error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function downloadAll(
  tensorflow: LockedTensorFlow,
  wheelDirectory: string,
  staging: string,
  environment: NodeJS.ProcessEnv,
  onProgress: OnProvisionProgress,
): Promise<string[]> {
  let found: Promise<Python> | undefined;
  const python = () => {
    found ??= pythonWithPip(environment);
    return found;
  };
  const files: string[] = [];
  for (const wheel of tensorflow.wheels) {
    const work = join(staging, `download-${wheel.name}`);
    await mkdir(work);
    files.push(await downloadWheel(wheel, wheelDirectory, work, python, environment, onProgress));
    await rm(work, { recursive: true, force: true });
  }
  return files;
}

async function unpackAll(
  tensorflow: LockedTensorFlow,
  wheelFiles: readonly string[],
  directory: string,
  onProgress: OnProvisionProgress,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const [i, wheel] of tensorflow.wheels.entries()) {
    files.push(...(await unpackWheel(wheelFiles[i] as string, wheel, directory, onProgress)));
  }
  const missing = Object.values(tensorflow.libraries).find((library) => !files.some(({ path }) => path === library));
  if (missing === undefined) return files;
  const wheel = tensorflow.wheels[0]?.fileName ?? "";
  throw simclrError(
    "SIMCLR_ERROR__RUNTIME__WHEEL_INCOMPLETE",
    { wheel, missing },
    {
      expected: `${missing} in ${wheel}`,
      received: `${files.length} other files`,
      remedy: "The list of wheels does not fit them: use the one that comes with this release.",
    },
  );
}

/** The wheels that are still to come, pip's own copy of the largest, and the files. */
async function bytesNeeded(tensorflow: LockedTensorFlow, wheelDirectory: string): Promise<number> {
  let bytes = tensorflow.unpackedBytes;
  let largest = 0;
  for (const wheel of tensorflow.wheels) {
    const present = await stat(join(wheelDirectory, wheel.fileName)).catch(ignoreAbsence);
    if (present?.size === wheel.bytes) continue;
    bytes += wheel.bytes;
    largest = Math.max(largest, wheel.bytes);
  }
  return bytes + largest;
}

/** What processes that were killed left behind: under the lock, nobody works there. */
async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(stagingPrefix)) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
