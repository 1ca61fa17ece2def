import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32c } from "@aws-crypto/crc32c";
import { unreadable } from "./errors.js";
import type { DecodedPixels } from "./image-decoder.js";

/** Where decoded images are kept; several datasets and processes may share one. */
export interface DecodedCache {
  /**
   * What was decoded of these bytes before, or else what `decode` makes of them, which is then kept.
   *
   * @param decoder everything besides the bytes that the pixels depend on: settings, and the decoder's name with its versions
   */
  read(file: Uint8Array, decoder: string, decode: () => Promise<DecodedPixels>): Promise<DecodedPixels>;
}

export interface DecodedCacheOptions {
  /** Hears once that nothing can be kept, for instance because the disk is full. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

const headerBytes = 12;

/**
 * Keeps decoded images in a folder, so that a later run, another process or another dataset does not decode them again.
 *
 * An entry is named after the SHA-256 of the image file's bytes, the size, the way of fitting, the background and the
 * decoder's name with its versions and its way of resampling, so that nothing stale can come out: what has changed has another name. An entry is written under
 * another name first; one that is damaged is decoded anew. It holds the pixels as they are, without padding: 150 kB for 224
 * x 224. Nothing is ever removed: remove the folder.
 *
 * @throws SIMCLR_ERROR__DATA__UNREADABLE for a folder that cannot be made
 * @example
 * ```ts
 * import { decodedCache, imageFolder } from "@simclr/data";
 * const cache = await decodedCache("photos/.decoded");
 * const photos = await imageFolder("photos", { imageSize: [32, 32], cache });
 * await photos.read([0]); // decodes; the next time, and in the next run, it reads
 * ```
 */
export async function decodedCache(folder: string, options: DecodedCacheOptions = {}): Promise<DecodedCache> {
  const { onWarning = (message) => console.warn(message) } = options;
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw unreadable(folder, cause);
  });
  let warned = false;
  return {
    async read(file, decoder, decode) {
      const name = createHash("sha256").update(file).update(decoder).digest("hex");
      const path = join(folder, name.slice(0, 2), name.slice(2));
      const kept = parsed(await readFile(path).catch(() => undefined));
      if (kept) return kept;
      const fresh = await decode();
      await keep(path, fresh).catch((cause: Error) => {
        if (!warned) onWarning(`Decoded images are not kept in ${folder}: ${cause.message}`);
        warned = true;
      });
      return fresh;
    },
  };
}

/** uint32 height | uint32 width | uint32 crc of the pixels | pixels, little-endian */
async function keep(path: string, { pixels, height, width }: DecodedPixels): Promise<void> {
  const entry = Buffer.alloc(headerBytes + pixels.length);
  entry.writeUInt32LE(height, 0);
  entry.writeUInt32LE(width, 4);
  entry.writeUInt32LE(crc32c(pixels), 8);
  entry.set(pixels, headerBytes);
  const unfinished = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, entry);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw cause;
  }
}

function parsed(entry: Buffer | undefined): DecodedPixels | undefined {
  if (!entry || entry.length < headerBytes) return undefined;
  const [height, width] = [entry.readUInt32LE(0), entry.readUInt32LE(4)];
  const pixels = entry.subarray(headerBytes);
  const whole = pixels.length === height * width || pixels.length === 3 * height * width;
  return whole && crc32c(pixels) === entry.readUInt32LE(8) ? { pixels, height, width } : undefined;
}
