import { existsSync, linkSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foldIn, randomKey, uniform } from "@simclr/core";
import sharp from "sharp";

/** Images that differ; of more files, each is one of them again. Even: a class keeps its own. */
const distinct = 512;

/**
 * A folder of JPEG files like photos: clouds of noise at every scale, whose spectrum falls as a photo's does, in two classes.
 * Made once, in the system's folder for temporary files; the same bytes every time.
 *
 * @param size width of the files in pixels; the height is three quarters of it, or the same for `square`
 */
export async function photos(size: number, count: number, { square = false } = {}): Promise<string> {
  const height = square ? size : Math.round((size * 3) / 4);
  const root = join(tmpdir(), `simclr-benchmark-clouds-${size}x${height}-${count}`);
  if (existsSync(root)) return root;
  const part = `${root}.part-${process.pid}`;
  for (const name of ["a", "b"]) mkdirSync(join(part, name), { recursive: true });
  const file = (index: number) => join(part, index % 2 === 0 ? "a" : "b", `${String(index).padStart(6, "0")}.jpg`);
  for (let index = 0; index < count; index++) {
    if (index >= distinct) {
      linkSync(file(index % distinct), file(index));
      continue;
    }
    const pixels = await clouds(size, height, index);
    await sharp(pixels, { raw: { width: size, height, channels: 3 } })
      .jpeg({ quality: 92 })
      .toFile(file(index));
  }
  renameSync(part, root);
  return root;
}

/** Octaves of noise, each four fifths as strong and twice as fine as the one before. */
async function clouds(width: number, height: number, index: number): Promise<Uint8Array> {
  const sum = new Float32Array(width * height * 3).fill(128);
  let strength = 40;
  for (let cells = 3, octave = 0; cells < width; cells *= 2, octave++) {
    const rows = Math.max(2, Math.round((cells * height) / width));
    const noise = uniform(foldIn(foldIn(randomKey(5), index), octave), cells * rows * 3, 0, 256);
    const layer = await sharp(Uint8Array.from(noise), { raw: { width: cells, height: rows, channels: 3 } })
      .resize(width, height, { fit: "fill", kernel: "cubic" })
      .raw()
      .toBuffer();
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + ((layer[i] as number) / 128 - 1) * strength;
    strength *= 0.8;
  }
  return Uint8Array.from(Uint8ClampedArray.from(sum));
}
