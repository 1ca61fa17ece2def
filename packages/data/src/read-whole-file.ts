import { readFile, readFileSync } from "node:fs";
import { promisify } from "node:util";
import pLimit from "p-limit";

// What is in the system's memory takes some hundredths of a millisecond; a disk takes longer, a network's much longer.
const slowMilliseconds = 1;
const patienceMilliseconds = 1000;

const readInPool: (path: string) => Promise<Buffer> = promisify(readFile);
/** As with decodings, a compiled step always finds a thread. */
const readingQueue = pLimit(Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1));
let slowUntil = Number.NEGATIVE_INFINITY;

/**
 * A file's bytes. It is read at once, on this thread: to send four requests to Node's pool and back costs as much as to
 * decode a small image. Where that takes a millisecond, the files of the next second are read through the pool, many at a time.
 */
export async function readWholeFile(path: string): Promise<Buffer> {
  const start = performance.now();
  if (start < slowUntil) return readingQueue(readInPool, path);
  try {
    return readFileSync(path);
  } finally {
    const end = performance.now();
    if (end - start > slowMilliseconds) slowUntil = end + patienceMilliseconds;
  }
}
