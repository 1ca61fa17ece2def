import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll } from "vitest";

/** A folder that goes away after the file's tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "simclr-data-")));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files and the folders they need; the keys are paths below the root. */
export async function writeFiles(root: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

export type Pixel = (y: number, x: number) => readonly number[];

/** The values of an image, row by row, from a function of the position. */
export function pixels(height: number, width: number, pixel: Pixel): Uint8Array {
  const values: number[] = [];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) values.push(...pixel(y, x));
  return Uint8Array.from(values);
}

/** An image for sharp to encode. */
export function picture(height: number, width: number, pixel: Pixel) {
  const channels = pixel(0, 0).length as 1 | 2 | 3 | 4;
  return sharp(pixels(height, width, pixel), { raw: { height, width, channels } });
}

/** A picture of one colour as a PNG file. */
export function plainPng(red: number, green: number, blue: number, height = 4, width = 4): Promise<Buffer> {
  return picture(height, width, () => [red, green, blue])
    .png()
    .toBuffer();
}

/** A pixel that differs from its neighbours in every channel. */
export const busy: Pixel = (y, x) => [(37 * y + 91 * x) % 256, (53 * y * x + 11 * x) % 256, (29 * x + 7 * y * y) % 256];
