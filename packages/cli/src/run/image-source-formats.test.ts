import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@simclr/data";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { imageSource } from "./image-source.js";

// Twelve images of three classes; packages/data/scripts/shards.py.
const fixtures = fileURLToPath(new URL("../../../data/src/fixtures", import.meta.url));
const golden = JSON.parse(readFileSync(join(fixtures, "pixels.json"), "utf8")) as {
  labels: number[];
  names: string[];
  pixels: number[][];
};
const temporary = () => mkdtempSync(join(tmpdir(), "image-source-formats-"));
const nothing = { imageKey: null, labelKey: null, validationLabels: null, cacheFolder: null };

function open(path: string, data: Partial<typeof nothing | Record<string, string>> = {}, onWarning = unwarned) {
  const recipe = { imageSize: 8, exampleCount: null, seed: 0, evaluation: { heldOutFraction: 0.25 } };
  return imageSource(path, { ...recipe, data: { ...nothing, ...data } }, { onWarning });
}

const unwarned = (message: string): unknown => expect.unreachable(message);
const all = (dataset: Dataset) => dataset.read(Array.from({ length: dataset.length }, (_, i) => i));

/** Each image's 4 x 4 pixels, from the corner of what they lie in, with its class's name. */
async function contents(dataset: Dataset): Promise<string[]> {
  const { images, shape, labels } = await all(dataset);
  const [, height, width] = shape;
  return Array.from({ length: shape[0] }, (_, i) => {
    const rows = [0, 1, 2, 3].flatMap((y) => [...images.subarray(((i * height + y) * width) * 3, ((i * height + y) * width + 4) * 3)]); // biome-ignore format: one line
    return `${dataset.classNames?.[labels?.[i] as number]} ${rows}`;
  });
}

const expected = (names: readonly string[], indices: readonly number[]) =>
  indices.map((i) => `${names[golden.labels[i] as number]} ${golden.pixels[i]}`);

function shardFolder(ending: string, second = "validation"): string {
  const folder = temporary();
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith(ending))) {
    const isSecond = /00001-of|001\.tar/.test(file);
    copyFileSync(join(fixtures, file), join(folder, isSecond ? file.replace("train", second) : file));
  }
  return folder;
}

describe.each([
  [".parquet", golden.names],
  [".arrow", golden.names],
  [".tar", ["0", "1", "2"]],
  // These count from 1.
  [".tfrecord", ["1", "2", "3"]],
])("a folder of %s", (ending, names) => {
  test("has a test part by the names, and class names", async () => {
    const { pretraining, bank, test: tested, networkTest } = await open(shardFolder(ending));
    expect(await contents(pretraining)).toEqual(expected(names, [0, 1, 2, 3, 4, 5]));
    expect([bank.classNames, tested?.classNames, networkTest?.classNames]).toEqual([names, names, names]);
    expect(bank.imageShape).toEqual([8, 8, 3]);
    expect([...((await all(tested as Dataset)).labels ?? [])]).toEqual(golden.labels.slice(6));
    expect([...(tested?.labels ?? [])]).toEqual(golden.labels.slice(6));
  });

  test("is split where there is none, training and measuring alike", async () => {
    const { pretraining, bank, test: tested } = await open(shardFolder(ending, "train"));
    const trained = await contents(pretraining);
    expect([trained.length, tested?.length]).toEqual([9, 3]);
    const everything = expected(names, [...golden.labels.keys()]);
    expect(everything.filter((one) => trained.includes(one)).sort()).toEqual([...trained].sort());
    expect([...((await all(bank)).labels ?? [])].map((label) => names[label])).toEqual(trained.map((one) => one.split(" ")[0])); // biome-ignore format: one line
  });

  test("says which shard ends early", async () => {
    const folder = shardFolder(ending);
    const [first] = readdirSync(folder).filter((name) => name.startsWith("train"));
    truncateSync(join(folder, first as string), 700);
    await expect(open(folder)).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__INVALID_SHARD",
      context: { path: join(folder, first as string) },
    });
  });
});

test("what datasets saves is its parts, without what computations left in the folders", async () => {
  const folder = join(temporary(), "saved");
  cpSync(join(fixtures, "special/on-disk"), folder, { recursive: true });
  copyFileSync(join(fixtures, "train-00001-of-00002.arrow"), join(folder, "train", "cache-0f1e2d.arrow"));
  const { pretraining, test: tested } = await open(folder);
  expect(await contents(pretraining)).toEqual(expected(golden.names, [0, 1, 2, 3, 4, 5, 6, 7, 8]));
  expect((await contents(tested as Dataset)).map((one) => one.split(" ")[0])).toEqual(["cat", "dog", "emu"]);
  const { pretraining: part } = await open(join(folder, "test"), { labelKey: "label" });
  expect(part.length).toBe(2);
  await expect(open(join(folder, "train"), { imageKey: "photo" })).rejects.toThrow('a column "photo"');
});

test("a corrupt image in a shard is skipped by name, and told of once", async () => {
  const warnings: string[] = [];
  const data = { labelKey: "none" };
  const source = await open(join(fixtures, "special/corrupt.tfrecord"), data, (message) => warnings.push(message));
  expect([...(await all(source.pretraining)).indices]).toEqual([0, 2, 2]);
  expect([...(await all(source.bank)).indices]).toEqual([0, 2, 2]);
  expect(warnings).toHaveLength(1);
  expect(warnings.join()).toMatch(/^Skipped .*corrupt\.tfrecord, record 1: it cannot be decoded\.$/);
});

test("a pattern is a dataset; keys name features and columns", async () => {
  const pattern = join(fixtures, "train-{00000..00001}-of-00002.tfrecord");
  const { pretraining } = await open(pattern, { labelKey: "none" });
  expect([pretraining.length, pretraining.labels]).toEqual([12, undefined]);
  await expect(open(pattern, { imageKey: "jpeg" })).rejects.toThrow('"jpeg" in every record');
  const parquet = open(join(fixtures, "train-00000-of-00002.parquet"), { imageKey: "photo" });
  await expect(parquet).rejects.toThrow('a column "photo"');
});

test("a published test part without labels gives way to the validation part", async () => {
  const folder = shardFolder(".parquet");
  copyFileSync(join(fixtures, "special/secret-labels.parquet"), join(folder, "test.parquet"));
  copyFileSync(join(fixtures, "special/plain-bytes.parquet"), join(folder, "extra.parquet"));
  const warnings: string[] = [];
  const { test: tested } = await open(folder, {}, (message) => warnings.push(message));
  expect([...(tested?.labels ?? [])]).toEqual(golden.labels.slice(6));
  expect(warnings.join()).toMatch(/^Left out, as no part is in the name: .*extra\.parquet\.$/);
});

test("the cache keeps what was decoded", async () => {
  const cacheFolder = join(temporary(), "decoded");
  const path = join(fixtures, "train-000.tar");
  const first = await all((await open(path, { cacheFolder })).pretraining);
  expect(readdirSync(cacheFolder).length).toBeGreaterThan(0);
  expect(await all((await open(path, { cacheFolder })).pretraining)).toEqual(first);
});

const png = (level: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: level, g: level, b: level } } })
    .png()
    .toBuffer();

async function write(files: Record<string, number | string>): Promise<string> {
  const folder = temporary();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : await png(content));
  }
  return folder;
}

test("ImageNet with a flat val has its labels from the list beside it, or from the one that is named", async () => {
  const train = { "train/n02/a.png": 1, "train/n01/b.png": 2 };
  const val = { "val/v1.png": 3, "val/v2.png": 4 };
  const listed = await write({ ...train, ...val, "val.txt": "v1.png 1\nv2.png 0\n", "other.txt": "n01\nn02\n" });
  const labelsOf = async (data = {}) => [...((await open(listed, data)).test?.labels ?? [])];
  expect(await labelsOf()).toEqual([1, 0]);
  expect(await labelsOf({ validationLabels: join(listed, "other.txt") })).toEqual([0, 1]);
  const warnings: string[] = [];
  const unlisted = await open(await write({ ...train, ...val }), {}, (message) => warnings.push(message));
  expect([unlisted.pretraining.length, unlisted.test]).toEqual([2, undefined]);
  expect(warnings.join()).toMatch(/--set data\.validationLabels=<file> names their list/);
});

test("Tiny ImageNet is trained on train and tested on val", async () => {
  const folder = await write({
    "wnids.txt": "n02\nn01\n",
    "train/n01/images/a.png": 1,
    "train/n02/images/b.png": 2,
    "val/images/c.png": 3,
    "val/val_annotations.txt": "c.png\tn02\t0\t0\t1\t1\n",
  });
  const { pretraining, test: tested } = await open(folder);
  expect([pretraining.length, tested?.classNames, [...(tested?.labels ?? [])]]).toEqual([2, ["n01", "n02"], [1]]);
});

/** A file of its real size, of which the disk holds nothing. */
function sparse(path: string, size: number): void {
  writeFileSync(path, "");
  truncateSync(path, size);
}

test("STL-10 is trained on with its unlabelled images, and measured with the labelled", async () => {
  const folder = temporary();
  const image = 3 * 96 * 96;
  sparse(join(folder, "train_X.bin"), 5000 * image);
  sparse(join(folder, "test_X.bin"), 8000 * image);
  writeFileSync(join(folder, "train_y.bin"), Buffer.alloc(5000, 3));
  writeFileSync(join(folder, "test_y.bin"), Buffer.alloc(8000, 10));
  writeFileSync(join(folder, "class_names.txt"), "airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n");
  expect((await open(folder)).pretraining.labels?.length).toBe(5000);
  sparse(join(folder, "unlabeled_X.bin"), 100_000 * image);
  const { pretraining, bank, networkTraining, test: tested } = await open(folder);
  expect([pretraining.length, pretraining.labels, bank.length, tested?.length]).toEqual([
    105_000,
    undefined,
    5000,
    8000,
  ]);
  expect([networkTraining?.labels?.[7], tested?.labels?.[0]]).toEqual([2, 9]);
});

test("a dataset that is called by name and not there says how to get it", async () => {
  const missing = { code: "SIMCLR_ERROR__CLI__DATASET_NOT_FOUND", context: { name: "stl10" } };
  await expect(open("stl10")).rejects.toMatchObject(missing);
  await expect(open("tiny-imagenet")).rejects.toThrow("simclr download tiny-imagenet puts it into ./data");
});
