import { dirname, join } from "node:path";
import { cacheDirectory } from "./cache-directory.js";
import { lockCache } from "./cache-lock.js";
import { install } from "./install.js";
import { type Installation, namedInstallation } from "./installation.js";
import type { LockedTensorFlow, TensorFlowKind } from "./lock.js";
import { damageOf } from "./manifest.js";
import { chooseTensorFlow, type Platform, thisPlatform } from "./platform.js";
import { type OnProvisionProgress, progressOnStderr } from "./progress.js";

export interface ProvisionOptions {
  /** Default: `"cuda"` where an NVIDIA driver is present, `"cpu"` elsewhere. */
  readonly kind?: TensorFlowKind;
  /** Default: one line on standard error. */
  readonly onProgress?: OnProvisionProgress;
  /** Default: `process.env`. Read are SIMCLR_TENSORFLOW, SIMCLR_PYTHON, XDG_CACHE_HOME and what pip reads. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: this machine. */
  readonly platform?: Platform;
  /** Default: the wheels that this release is tested with. */
  readonly tensorflow?: LockedTensorFlow;
}

/**
 * TensorFlow's libraries, downloaded by pip on the first call and taken from the user's cache ever after.
 *
 * A cached installation is checked at every call, by size; a damaged one is made anew. Concurrent calls, in one
 * process or many, wait for the one that works. What was downloaded whole is kept if a call is interrupted.
 * SIMCLR_TENSORFLOW names an installation to use in place of the cache.
 *
 * @throws SIMCLR_ERROR__RUNTIME__PLATFORM_UNSUPPORTED
 * @throws SIMCLR_ERROR__RUNTIME__INSTALLATION_INVALID when SIMCLR_TENSORFLOW names no installation
 * @throws SIMCLR_ERROR__RUNTIME__PYTHON_MISSING
 * @throws SIMCLR_ERROR__RUNTIME__PIP_MISSING
 * @throws SIMCLR_ERROR__RUNTIME__CACHE_UNWRITABLE
 * @throws SIMCLR_ERROR__RUNTIME__DISK_FULL
 * @throws SIMCLR_ERROR__RUNTIME__NETWORK_UNREACHABLE
 * @throws SIMCLR_ERROR__RUNTIME__WHEEL_NOT_FOUND when pip's index has not the wheel
 * @throws SIMCLR_ERROR__RUNTIME__HASH_MISMATCH
 * @throws SIMCLR_ERROR__RUNTIME__WHEEL_INCOMPLETE
 * @throws SIMCLR_ERROR__RUNTIME__DOWNLOAD_FAILED
 * @example
 * ```ts
 * import { provision } from "@simclr/runtime";
 * const { directory, version, kind } = await provision();
 * console.log(`TensorFlow ${version} for ${kind} in ${directory}`);
 * ```
 */
export async function provision(options: ProvisionOptions = {}): Promise<Installation> {
  const { environment = process.env } = options;
  if (environment.SIMCLR_TENSORFLOW) return namedInstallation(environment.SIMCLR_TENSORFLOW);
  const tensorflow = options.tensorflow ?? chooseTensorFlow(options.platform ?? thisPlatform(), options.kind);
  const installation = cachedInstallation(tensorflow, environment);
  const root = rootOf(installation);
  const wheels = tensorflow.wheels.map((wheel) => wheel.fileName);
  if ((await damageOf(root, wheels)) === undefined) return installation;

  const onProgress = options.onProgress ?? progressOnStderr();
  const cache = cacheDirectory(environment);
  const unlock = await lockCache(cache, onProgress);
  try {
    const damage = await damageOf(root, wheels);
    if (damage === undefined) return installation;
    if (damage !== "absent") onProgress({ phase: "mend", what: `${root}, ${damage}`, doneBytes: 0, totalBytes: 0 });
    await install(tensorflow, root, cache, environment, onProgress);
    return installation;
  } finally {
    await unlock();
  }
}

/** Where an installation lies in the cache, be it there or not. */
export function cachedInstallation(tensorflow: LockedTensorFlow, environment: NodeJS.ProcessEnv): Installation {
  const { version, kind, libraries, wheels } = tensorflow;
  const build = wheels[0]?.platformTag ?? "";
  const root = join(cacheDirectory(environment), `tensorflow-${version}-${kind}-${build}`);
  const c = join(root, libraries.c);
  const framework = join(root, libraries.framework);
  return { directory: dirname(c), version, kind, libraries: { framework, c }, origin: "cache" };
}

/** The directory of the cache that an installation's wheels are unpacked into. */
export function rootOf(installation: Installation): string {
  return dirname(installation.directory);
}
