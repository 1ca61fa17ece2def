import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { simclrError } from "./errors.js";

const staleAfterMilliseconds = 30_000;

/**
 * Makes this process the only one that writes into a run's folder. A process that was ended by force holds it for half a
 * minute more.
 *
 * @returns hands the folder back
 * @throws SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE
 */
export async function lockRun(runFolder: string): Promise<() => Promise<void>> {
  await mkdir(runFolder, { recursive: true });
  const release = await lock(runFolder, {
    lockfilePath: join(runFolder, "run.lock"),
    realpath: false,
    stale: staleAfterMilliseconds,
    update: staleAfterMilliseconds / 6,
    // The JavaScript thread was busy for so long, in a step of an uncompiled network: the run goes on.
    onCompromised: () => {},
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ELOCKED") throw inUse(runFolder, error);
    throw error;
  });
  return () => release().catch(() => {});
}

function inUse(runFolder: string, cause: unknown) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE",
    { runFolder },
    {
      expected: `${runFolder} to be written by one process`,
      received: "another process that trains there, or that was ended by force within the last half minute",
      remedy: "Wait for it, or name another folder.",
    },
    cause,
  );
}
