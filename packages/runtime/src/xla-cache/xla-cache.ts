import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../provisioning/cache-directory.js";
import type { Installation } from "../provisioning/installation.js";
import { nvidiaDriverEvidence } from "../provisioning/platform.js";
import { tidyEntries } from "./tidy-entries.js";

/** TensorFlow fails where it cannot save an entry; with less room than this there is no cache. */
const roomBytes = 512 * 2 ** 20;
const largestBytes = 2 ** 30;
const directoryFlag = "--tf_xla_persistent_cache_directory";

/**
 * Lets XLA keep the programs that it compiles in the user's cache, and take them from there in the next process. It names
 * an entry by the recording, checks that it is of the same recording, and writes it to a temporary name first, so
 * that processes may share it. What it leaves out, the machine and the version, is in the folder's name. Where the
 * cache cannot be used, or `TF_XLA_FLAGS` names another, nothing changes.
 *
 * @returns whether the cache is in use
 * @see tensorflow/compiler/jit/device_executable_persistor.h @ v2.21.0
 */
export function enableXlaCache(
  installation: Pick<Installation, "version" | "libraries">,
  config: Uint8Array,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  const { TF_XLA_FLAGS: flags = "" } = environment;
  // Flags that do not begin so are the name of a file with flags.
  if (flags.includes(directoryFlag) || (flags !== "" && !flags.trimStart().startsWith("-"))) return false;
  const directory = join(cacheDirectory(environment), "xla", xlaCacheKey(installation, config, environment));
  if (!isUsable(directory)) return false;
  environment.TF_XLA_FLAGS = `${flags} ${directoryFlag}=${directory}`.trim();
  return true;
}

/** Everything but the recording that a compiled program depends on. */
export function xlaCacheKey(
  { version, libraries }: Pick<Installation, "version" | "libraries">,
  config: Uint8Array,
  environment: NodeJS.ProcessEnv,
): string {
  const parts = [version, statSync(libraries.c).size, config, process.arch, availableParallelism(), ...processor()];
  const settings = [environment.XLA_FLAGS ?? "", environment.TF_XLA_FLAGS ?? ""];
  const graphics = nvidiaDriverEvidence(environment) ? [textOf("/proc/driver/nvidia/version")] : [];
  const hash = createHash("sha256").update(JSON.stringify([...parts.map(String), ...settings, ...graphics]));
  return `${version}-${hash.digest("hex").slice(0, 16)}`;
}

/** A program holds the instructions of the processor that it was compiled on. */
function processor(): string[] {
  const features = /^(?:flags|Features)\s*:(.*)$/m.exec(textOf("/proc/cpuinfo"))?.[1]?.trim() ?? "";
  return [cpus()[0]?.model ?? "", features];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isUsable(directory: string): boolean {
  // A flag ends at a space.
  if (/\s/.test(directory)) return false;
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    tidyEntries(directory, largestBytes);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= roomBytes;
  } catch {
    return false;
  }
}
