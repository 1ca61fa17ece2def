import { statfs } from "node:fs/promises";
import { type SimclrError, simclrError } from "@simclr/core";
import "./errors.js";
import { megabytes } from "./progress.js";

/**
 * Refuses to begin what cannot end for want of space.
 *
 * @throws SIMCLR_ERROR__RUNTIME__DISK_FULL
 */
export async function requireDiskSpace(directory: string, requiredBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const availableBytes = bavail * bsize;
  if (availableBytes < requiredBytes) throw diskFull(directory, requiredBytes, availableBytes);
}

/** The error for a full disk, seen before or during the work. */
export function diskFull(
  directory: string,
  requiredBytes: number,
  availableBytes?: number,
): SimclrError<"SIMCLR_ERROR__RUNTIME__DISK_FULL"> {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__DISK_FULL",
    { directory, requiredBytes, ...(availableBytes !== undefined && { availableBytes }) },
    {
      expected: `${megabytes(requiredBytes)} of free space in ${directory} for TensorFlow's libraries`,
      received: availableBytes === undefined ? "a disk that became full" : `${megabytes(availableBytes)} of free space`,
      remedy: "Free some space, or set XDG_CACHE_HOME to a directory on a larger disk.",
    },
  );
}
