// Makes what the page comes with, from nothing and always the same: the encoder of `digits` in public/encoders, and a sheet of
// held-out digits in public/samples. README.md says which commands these are.
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { digits } from "@simclr/data";
import sharp from "sharp";
import { exportRun, pretrainRun } from "simclr";

const publicFolder = fileURLToPath(new URL("../public", import.meta.url));
const columns = 24;
const rows = 10;

const scratch = await mkdtemp(join(tmpdir(), "browser-encoder-"));
try {
  const runFolder = process.argv[2] ?? join(scratch, "digits");
  if (process.argv[2] === undefined) {
    const set = ["backbone.width=0.125", "imageSize=28", "seed=0"];
    await pretrainRun({ data: "digits", recipe: "digits", set, runFolder });
  }
  const output = join(publicFolder, "encoders", "digits");
  const { paths } = await exportRun({ runFolder, format: "graph-model", output });
  console.log(paths.join("\n"));
  console.log(await writeSamples(join(publicFolder, "samples")));
} finally {
  await rm(scratch, { recursive: true });
}

/** Test images, which the encoder has never seen, all digits in turn. */
async function writeSamples(folder: string): Promise<string> {
  const test = await digits({ split: "test" });
  const labels = test.labels as Int32Array;
  const ofDigit = Array.from({ length: 10 }, (_, digit) => [...labels.keys()].filter((i) => labels[i] === digit));
  const chosen = Array.from({ length: columns * rows }, (_, i) => ofDigit[i % 10]?.[Math.floor(i / 10)] as number);
  const { images, shape } = await test.read(chosen);
  const [, height, width] = shape;
  const tiles = chosen.map((_, i) => ({
    input: Buffer.from(images.subarray(i * height * width, (i + 1) * height * width)),
    raw: { height, width, channels: 1 as const },
    left: (i % columns) * width,
    top: Math.floor(i / columns) * height,
  }));
  const sheet = sharp({ create: { height: rows * height, width: columns * width, channels: 3, background: "#000" } });
  await mkdir(folder, { recursive: true });
  const path = join(folder, "digits.png");
  await sheet.composite(tiles).toColourspace("b-w").png({ compressionLevel: 9 }).toFile(`${path}.tmp`);
  await rename(`${path}.tmp`, path);
  return path;
}
