import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { simclrError } from "@simclr/core";
import { type LockOptions, lock } from "proper-lockfile";
import "./errors.js";
import type { OnProvisionProgress } from "./progress.js";

const staleAfterMilliseconds = 30_000;

/**
 * Makes this process the only one that changes the cache; others wait. A process that ends without unlocking is
 * outwaited in half a minute.
 *
 * @throws SIMCLR_ERROR__RUNTIME__CACHE_UNWRITABLE
 */
export async function lockCache(cache: string, onProgress: OnProvisionProgress): Promise<() => Promise<void>> {
  await requireWritable(cache);
  const options: LockOptions = {
    lockfilePath: join(cache, "provisioning.lock"),
    realpath: false,
    stale: staleAfterMilliseconds,
    update: staleAfterMilliseconds / 6,
    // Taken over while this process was suspended: its work ends in a rename, so it does no harm.
    onCompromised: () => {},
  };
  const release = await lock(cache, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    onProgress({ phase: "wait", what: "TensorFlow", doneBytes: 0, totalBytes: 0 });
    return lock(cache, { ...options, retries: { forever: true, factor: 1, minTimeout: 300, maxTimeout: 300 } });
  });
  return () => release().catch(() => {});
}

async function requireWritable(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK);
  } catch (error) {
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__CACHE_UNWRITABLE",
      { directory: cache },
      {
        expected: "a cache directory that can be written",
        received: `${cache} (${(error as NodeJS.ErrnoException).code})`,
        remedy: "Correct its permissions, or set XDG_CACHE_HOME to a directory of yours.",
      },
      error,
    );
  }
}
