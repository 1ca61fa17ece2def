import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import yauzl from "yauzl";
import type { LockedWheel } from "./lock.js";
import type { ManifestFile } from "./manifest.js";
import type { OnProvisionProgress } from "./progress.js";

/**
 * Unpacks the files of a wheel that are kept. The wheel's own hash was checked before, which covers every byte of it;
 * yauzl refuses entries of another size than stated and paths that lead out of the directory.
 */
export async function unpackWheel(
  file: string,
  wheel: LockedWheel,
  directory: string,
  onProgress: OnProvisionProgress,
): Promise<ManifestFile[]> {
  const archive = await yauzl.openPromise(file, { autoClose: false, lazyEntries: true });
  try {
    return await unpackEntries(archive, wheel, directory, onProgress);
  } finally {
    archive.close();
  }
}

async function unpackEntries(
  archive: yauzl.ZipFile,
  wheel: LockedWheel,
  directory: string,
  onProgress: OnProvisionProgress,
): Promise<ManifestFile[]> {
  const kept: yauzl.Entry[] = [];
  for await (const entry of archive.eachEntry()) if (wheel.keep.test(entry.fileName)) kept.push(entry);

  const totalBytes = kept.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  const files: ManifestFile[] = [];
  let doneBytes = 0;
  let shownBytes = Number.NEGATIVE_INFINITY;
  const advance = (bytes: number) => {
    doneBytes += bytes;
    if (doneBytes < totalBytes && doneBytes - shownBytes < 8e6) return;
    shownBytes = doneBytes;
    onProgress({ phase: "unpack", what: `${wheel.name} ${wheel.version}`, doneBytes, totalBytes });
  };
  advance(0);
  for (const entry of kept) {
    const target = join(directory, entry.fileName);
    await mkdir(dirname(target), { recursive: true });
    const hash = createHash("sha256");
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        advance(chunk.length);
        done(null, chunk);
      },
    });
    // ptxas is a program: the permissions in the archive are kept.
    const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
    await pipeline(await archive.openReadStreamPromise(entry), measure, createWriteStream(target, { mode }));
    files.push({ path: entry.fileName, bytes: entry.uncompressedSize, sha256: hash.digest("hex") });
  }
  return files;
}
