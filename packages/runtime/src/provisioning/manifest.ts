import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** One file of an installation, as it was when it was unpacked. */
export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What an installation in the cache consists of. It is the last file that is written. */
export interface Manifest {
  readonly wheels: readonly string[];
  readonly files: readonly ManifestFile[];
}

const manifestName = "manifest.json";

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * What is wrong with a cached installation: nothing (`undefined`), or the first thing found, in words; `"absent"` when
 * there is none. Looks at sizes; with `hashes` at every byte, some seconds for the CPU's libraries.
 */
export async function damageOf(
  directory: string,
  wheels: readonly string[],
  { hashes = false } = {},
): Promise<string | undefined> {
  if (!(await isThere(directory))) return "absent";
  const manifest = await readManifest(directory);
  if (!manifest) return `${manifestName} is missing or cannot be read`;
  if (manifest.wheels.join() !== wheels.join()) return `${manifestName} names other wheels`;
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(directory, path);
    const size = await stat(file).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined) return `${path} is missing`;
    if (size !== bytes) return `${path} has ${size} bytes in place of ${bytes}`;
    if (hashes && (await sha256Of(file)) !== sha256) return `${path} has another hash than when it was unpacked`;
  }
  return undefined;
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

async function readManifest(directory: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, manifestName), "utf8")) as Manifest;
    return Array.isArray(manifest.files) && Array.isArray(manifest.wheels) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
