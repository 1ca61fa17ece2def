import { type FileHandle, open } from "node:fs/promises";
import { invalidShard, unreadable } from "./errors.js";

/** A file open for reading at any place, and its size. */
export interface RangeReader {
  readonly size: number;
  /** @throws SIMCLR_ERROR__DATA__INVALID_SHARD when the file ends before that */
  read(start: number, length: number): Promise<Buffer>;
}

/**
 * Opens a file for as long as `use` takes.
 *
 * @throws SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function withRanges<T>(path: string, use: (reader: RangeReader) => Promise<T>): Promise<T> {
  const file = await open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    return await use({ size, read: (start, length) => readWhole(file, path, start, length) });
  } finally {
    await file.close();
  }
}

async function readWhole(file: FileHandle, path: string, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done).catch((cause) => {
      throw unreadable(path, cause);
    });
    if (bytesRead === 0) throw invalidShard(path, `${start + length} bytes at least`, `${start + done}: it ends early`);
    done += bytesRead;
  }
  return bytes;
}

/** Some bytes of a file. */
export function readRange(path: string, start: number, length: number): Promise<Buffer> {
  return withRanges(path, (reader) => reader.read(start, length));
}
