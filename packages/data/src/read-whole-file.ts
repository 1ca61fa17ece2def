import { closeSync, fstatSync, openSync, readFile, readFileSync, readSync } from "node:fs";
import { promisify } from "node:util";
import pLimit from "p-limit";

// What is in the system's memory takes some hundredths of a millisecond; a disk takes longer, a network's much longer.
const slowMilliseconds = 1;
const patienceMilliseconds = 1000;

const readInPool: (path: string) => Promise<Buffer> = promisify(readFile);
/** As with decodings, a compiled step always finds a thread. */
const readingQueue = pLimit(Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1));
let slowUntil = Number.NEGATIVE_INFINITY;
/** A moving average: now and then the system lets another thread run in the middle of a reading. */
let typicalMilliseconds = 0;

/** Memory of files that nobody reads any more. */
const free: Buffer[] = [];
const lent = new WeakSet<ArrayBufferLike>();
const pageBytes = 65536;
// 32 MiB at the most stay here. What is larger takes so long to decode that a collection does not count.
const mostFree = 64;
const largestBytes = 8 * pageBytes;

/** Gives a file's memory to those that are read next: as garbage, 40 kB for every image, it keeps the collector busy. */
export function releaseFile({ buffer }: Uint8Array): void {
  if (lent.delete(buffer) && free.length < mostFree) free.push(Buffer.from(buffer as ArrayBuffer));
}

function readAtOnce(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size === 0 || size > largestBytes) return readFileSync(file); // devices have no size
    const taken = free.pop();
    const memory =
      taken && taken.length >= size ? taken : Buffer.allocUnsafeSlow(Math.ceil(size / pageBytes) * pageBytes);
    let length = 0;
    while (length < size) {
      const read = readSync(file, memory, length, size - length, null);
      if (read === 0) break; // it became shorter
      length += read;
    }
    lent.add(memory.buffer);
    return memory.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * A file's bytes, until they are released. It is read at once, on this thread: to send four requests to Node's pool and back costs as
 * much as to decode a small image. Where that takes a millisecond on average, the files of the next second are read through
 * the pool, many at a time.
 */
export async function readWholeFile(path: string): Promise<Buffer> {
  const start = performance.now();
  if (start < slowUntil) return readingQueue(readInPool, path);
  try {
    return readAtOnce(path);
  } finally {
    const end = performance.now();
    typicalMilliseconds += (end - start - typicalMilliseconds) / 8;
    if (typicalMilliseconds > slowMilliseconds) {
      slowUntil = end + patienceMilliseconds;
      typicalMilliseconds = 0;
    }
  }
}
