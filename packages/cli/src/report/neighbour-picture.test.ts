import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageFolder } from "@simclr/data";
import sharp from "sharp";
import { expect, test } from "vitest";
import { neighbourPicture } from "./neighbour-picture.js";

test("a corrupt photo among the queries is shown by the one that stands in for it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "simclr-neighbours-"));
  try {
    const photo = (background: string) => sharp({ create: { width: 8, height: 8, channels: 3, background } }).png().toBuffer(); // biome-ignore format: one line
    await writeFile(join(folder, "a.png"), "no image");
    await writeFile(join(folder, "b.png"), await photo("#ff0000"));
    await writeFile(join(folder, "c.png"), await photo("#0000ff"));
    const dataset = await imageFolder(folder, { imageSize: [8, 8], onWarning: () => {} });
    const rows = (query: number) => [{ query, neighbours: [2] }];
    const picture = (query: number) => neighbourPicture(rows(query), dataset, dataset);
    const [corrupt, readable] = await Promise.all([picture(0), picture(1)]);
    expect(corrupt.equals(readable)).toBe(true);
    expect(corrupt.equals(await picture(2))).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
