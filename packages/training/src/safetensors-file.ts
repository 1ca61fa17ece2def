import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type HostTensor, headerLength, hostTensor, parseSafetensorsHeader, safetensorsChunks } from "@simclr/core";
import { writeFileAtomically, writeFileFlushed } from "./atomic-file.js";

/**
 * Writes tensors to a safetensors file, which is there as a whole or not at all.
 *
 * @example
 * ```ts
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { readSafetensors, writeSafetensors } from "@simclr/training";
 * const file = join(await mkdtemp(join(tmpdir(), "simclr-")), "kernel.safetensors");
 * const kernel = { dtype: "float32", shape: [2], values: Float32Array.of(1, 2) } as const;
 * await writeSafetensors(file, new Map([["kernel", kernel]]));
 * const { tensors } = await readSafetensors(file);
 * console.log(tensors.get("kernel")?.values); // Float32Array [1, 2]
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomically(path, safetensorsChunks(tensors, metadata));
}

/** Writes tensors to a new file and returns the file's SHA-256, in hexadecimal digits. */
export async function writeSafetensorsHashed(path: string, tensors: ReadonlyMap<string, HostTensor>): Promise<string> {
  const chunks = safetensorsChunks(tensors);
  await writeFileFlushed(path, chunks);
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * Reads a safetensors file of any size, tensor by tensor.
 *
 * @returns the tensors by name, the file's metadata, and its SHA-256
 * @throws SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 */
export async function readSafetensors(
  path: string,
): Promise<{ tensors: Map<string, HostTensor>; metadata: Readonly<Record<string, string>>; sha256: string }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const hash = createHash("sha256");
    const read = async (position: number, length: number) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) return bytes.slice(0, done);
        done += bytesRead;
      }
      hash.update(bytes);
      return bytes;
    };
    const start = await read(0, 8);
    const length = headerLength(start, size, path);
    const { entries, metadata } = parseSafetensorsHeader(await read(8, length), size - 8 - length, path);
    const tensors = new Map<string, HostTensor>();
    for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin)) {
      tensors.set(name, hostTensor(entry, await read(8 + length + entry.begin, entry.end - entry.begin)));
    }
    return { tensors, metadata, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}
