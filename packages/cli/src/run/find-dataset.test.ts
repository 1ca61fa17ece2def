import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { findDataset } from "./find-dataset.js";

/** Empty files: names are all that is looked at. */
function folderOf(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "find-dataset-"));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  return folder;
}

const below = (folder: string) => (_: string, value: unknown) =>
  typeof value === "string" && value.startsWith(folder) ? relative(folder, value) || "." : value;

async function found(...files: string[]): Promise<unknown> {
  const folder = folderOf(...files);
  return JSON.parse(JSON.stringify(await findDataset(folder), below(folder)));
}

const shards = (format: string, train: string[], tests: string[][] = [], leftOut: string[] = []) => ({
  kind: "shards",
  format,
  train,
  tests,
  leftOut,
});

test.each([
  ["CIFAR-10's binary files", ["data_batch_1.bin", "test_batch.bin"], { kind: "cifar10", path: "." }],
  ["CIFAR-10's folder", ["cifar-10-batches-bin/data_batch_1.bin"], { kind: "cifar10", path: "." }],
  ["CIFAR-100's binary files", ["train.bin", "test.bin"], { kind: "cifar100", path: "." }],
  ["CIFAR-100's folder", ["cifar-100-binary/train.bin"], { kind: "cifar100", path: "." }],
  ["STL-10's binary files", ["train_X.bin", "train_y.bin"], { kind: "stl10", path: "." }],
  ["STL-10's folder", ["stl10_binary/train_X.bin"], { kind: "stl10", path: "." }],
  [
    "Tiny ImageNet",
    ["wnids.txt", "val/val_annotations.txt", "val/images/a.JPEG", "train/n01/images/b.JPEG"],
    { kind: "tinyImagenet", path: "." },
  ],
  [
    "its folder",
    ["tiny-imagenet-200/wnids.txt", "tiny-imagenet-200/val/val_annotations.txt"],
    { kind: "tinyImagenet", path: "tiny-imagenet-200" },
  ],
  [
    "Tiny ImageNet with its validation images in folders",
    ["tiny-imagenet-200/wnids.txt", "tiny-imagenet-200/val/n01/a.JPEG", "tiny-imagenet-200/train/n01/images/b.JPEG"],
    { kind: "parts", train: "tiny-imagenet-200/train", test: "tiny-imagenet-200/val" },
  ],
  [
    "ImageNet with folders, and its archives beside them",
    ["train/n01/a.JPEG", "val/n01/b.JPEG", "ILSVRC2012_img_val.tar"],
    { kind: "parts", train: "train", test: "val" },
  ],
  [
    "ImageNet with a flat val",
    ["train/n01/a.JPEG", "val/ILSVRC2012_val_00000001.JPEG", "val.txt"],
    { kind: "imagenet", path: ".", labelList: "val.txt" },
  ],
  [
    "the same without a list",
    ["train/n01/a.JPEG", "val/ILSVRC2012_val_00000001.JPEG"],
    { kind: "imagenet", path: "." },
  ],
  [
    "Kaggle's ImageNet",
    ["ILSVRC/Data/CLS-LOC/train/n01/a.JPEG", "ILSVRC/Data/CLS-LOC/val/b.JPEG", "LOC_val_solution.csv"],
    { kind: "imagenet", path: "ILSVRC/Data/CLS-LOC", labelList: "LOC_val_solution.csv" },
  ],
  [
    "train and test images",
    ["Training/a.png", "validation/b.png"],
    { kind: "parts", train: "Training", test: "validation" },
  ],
  ["photos, and an archive of them", ["cats/a.jpg", "photos.tar"], { kind: "images", path: "." }],
  ["nothing", ["readme.md"], { kind: "images", path: "." }],
  ["shards without parts", ["b.tar", "a.tar", "notes.txt"], shards("webDataset", ["a.tar", "b.tar"])],
  ["validation shards alone", ["validation-0.tar"], shards("webDataset", ["validation-0.tar"])],
  [
    "shards by their names",
    ["x-train-0.tar", "x-train-1.tar", "x-validation-0.tar", "x-extra-0.tar"],
    shards("webDataset", ["x-train-0.tar", "x-train-1.tar"], [["x-validation-0.tar"]], ["x-extra-0.tar"]),
  ],
  [
    "a clone from Hugging Face",
    [
      "README.md",
      "data/train-00000-of-00001.parquet",
      "data/test-00000-of-00001.parquet",
      "data/validation-00000-of-00001.parquet",
    ],
    shards(
      "parquet",
      ["data/train-00000-of-00001.parquet"],
      [["data/test-00000-of-00001.parquet"], ["data/validation-00000-of-00001.parquet"]],
    ),
  ],
  [
    "a folder that datasets saved",
    ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow", "cache-1a2b.arrow", "dataset_info.json", "notes.json"],
    shards("arrow", ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"]),
  ],
  [
    "shards by their folders",
    ["train/0000.parquet", "test/0000.parquet"],
    shards("parquet", ["train/0000.parquet"], [["test/0000.parquet"]]),
  ],
  [
    "TensorFlow's records",
    ["train-00000-of-01024", "validation-00000-of-00128"],
    shards("tfRecord", ["train-00000-of-01024"], [["validation-00000-of-00128"]]),
  ],
])("finds %s", async (_, files, expected) => {
  // biome-ignore format: a case a line
  expect(await found(...files)).toEqual(expected);
});

test("takes a shard, and a pattern of shards", async () => {
  const folder = folderOf("a.tar", "b.tfrecords");
  expect(await findDataset(join(folder, "a.tar"))).toEqual(shards("webDataset", [join(folder, "a.tar")]));
  expect(await findDataset(join(folder, "b.tfrecords"))).toMatchObject({ format: "tfRecord" });
  const pattern = join(folder, "train-{000..009}.parquet");
  expect(await findDataset(pattern)).toEqual(shards("parquet", [pattern]));
  expect(await findDataset(join(folder, "none.tar"))).toMatchObject({ kind: "images" });
});

test.each([
  ["shards of two kinds", ["a.tar", "b.parquet"], "expected shards of one kind in"],
  ["two datasets' shards", ["digits/train-0.parquet", "numbers/train-0.parquet"], "received digits, numbers"],
  [
    "two datasets",
    ["cifar-10-batches-bin/data_batch_1.bin", "stl10_binary/train_X.bin"],
    "received cifar-10-batches-bin, stl10_binary",
  ],
])("refuses %s in a folder", async (_, files, message) => {
  // biome-ignore format: a case a line
  const refused = expect(findDataset(folderOf(...files))).rejects;
  await refused.toThrow(message);
  await expect(findDataset(folderOf(...files))).rejects.toMatchObject({ code: "SIMCLR_ERROR__CLI__AMBIGUOUS_DATA" });
});
