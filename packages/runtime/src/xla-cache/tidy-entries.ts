import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Removes what TensorFlow would stumble over or nobody needs: entries that a crash cut off, since a compilation fails that finds
 * one; temporary files that were left; and the oldest entries beyond a size. Other processes may do the same meanwhile.
 */
export function tidyEntries(directory: string, largestBytes: number): void {
  const files = readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? [{ path, bytes: found.size, modified: found.mtimeMs }] : [];
  });
  let total = 0;
  for (const { path, bytes, modified } of files.sort((a, b) => b.modified - a.modified)) {
    const isEntry = path.endsWith(".pb");
    const isStale = !isEntry && Date.now() - modified > dayMilliseconds;
    if (isStale || (isEntry && (total + bytes > largestBytes || !isWhole(path, bytes)))) rmSync(path, { force: true });
    else total += bytes;
  }
}

/** Whether a file ends where the last field of its message does. Fields of an entry are messages and bytes (wire type 2). */
function isWhole(path: string, bytes: number): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(16);
    let position = 0;
    while (position < bytes) {
      const read = readSync(file, head, 0, head.length, position);
      const tag = head[0] as number;
      if (read < 2 || (tag & 7) !== 2 || tag >= 128) return false;
      let length = 0;
      let i = 1;
      for (let more = true; more; i++) {
        if (i >= read || i > 6) return false;
        const byte = head[i] as number;
        length += (byte & 127) * 2 ** (7 * (i - 1));
        more = byte >= 128;
      }
      position += i + length;
    }
    return position === bytes && bytes > 0;
  } finally {
    closeSync(file);
  }
}
