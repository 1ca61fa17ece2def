import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { type Dataset, type ImagenetOptions, imagenet, tinyImagenet } from "./index.js";
import { plainPng, temporaryFolder, writeFiles } from "./testing/files.js";

const gray = (level: number) => plainPng(level, level, level);
const first = async (dataset: Dataset) => {
  const { images, shape } = await dataset.read(Array.from({ length: dataset.length }, (_, i) => i));
  const size = shape[1] * shape[2] * shape[3];
  return Array.from({ length: shape[0] }, (_, i) => images[i * size]);
};
const code = "SIMCLR_ERROR__DATA__INVALID_LABEL_LIST";

const tiny = await temporaryFolder();
await writeFiles(join(tiny, "tiny-imagenet-200"), {
  "wnids.txt": "n02\nn10\nn01\n",
  "words.txt": "n01\tfish\n",
  "train/n02/images/n02_0.JPEG": await gray(1),
  "train/n02/n02_boxes.txt": "n02_0.JPEG\t0\t0\t3\t3\n",
  "train/n01/images/n01_1.JPEG": await gray(2),
  "train/n01/images/n01_0.JPEG": await gray(3),
  "train/n10/images/n10_0.JPEG": await gray(4),
  "val/images/val_0.JPEG": await gray(5),
  "val/images/val_1.JPEG": await gray(6),
  "val/images/val_10.JPEG": await gray(7),
  "val/val_annotations.txt": "val_0.JPEG\tn10\t0\t0\t3\t3\nval_1.JPEG\tn01\t0\t0\t3\t3\nval_10.JPEG\tn02\t0\t0\t3\t3\n",
  "test/images/test_0.JPEG": await gray(8),
});

datasetContract("Tiny ImageNet", () => tinyImagenet(tiny));
datasetContract("Tiny ImageNet's validation", () => tinyImagenet(tiny, { split: "val", imageSize: [4, 4] }));

describe("tinyImagenet", () => {
  it("orders classes by their ids, for training and validation alike", async () => {
    const [train, val] = await Promise.all([tinyImagenet(tiny), tinyImagenet(tiny, { split: "val", fit: "cover" })]);
    expect([train.classNames, val.classNames]).toEqual([["n01", "n02", "n10"], ["n01", "n02", "n10"]]); // biome-ignore format: one line
    expect([[...(train.labels as Int32Array)], await first(train)]).toEqual([[0, 0, 1, 2], [3, 2, 1, 4]]); // biome-ignore format: one line
    expect([[...(val.labels as Int32Array)], await first(val)]).toEqual([[2, 0, 1], [5, 6, 7]]); // biome-ignore format: one line
    expect(train.imageShape).toEqual([64, 64, 3]);
  });

  it("has no labels for the test images", async () => {
    const test = await tinyImagenet(join(tiny, "tiny-imagenet-200"), { split: "test" });
    expect([test.labels, test.classNames, await first(test)]).toEqual([undefined, undefined, [8]]);
  });

  it("refuses annotations that leave an image out or name a class there is not, and folders that are missing", async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      "wnids.txt": "n01\n",
      "val/images/a.JPEG": await gray(1),
      "val/val_annotations.txt": "b.JPEG\tn01\n",
    });
    await expect(tinyImagenet(folder, { split: "val" })).rejects.toThrow("a class for a.JPEG; received none");
    await writeFile(join(folder, "val/val_annotations.txt"), "a.JPEG\tn02\n");
    await expect(tinyImagenet(folder, { split: "val" })).rejects.toMatchObject({ code, context: { line: 1 } });
    await rm(join(folder, "val/val_annotations.txt"));
    const missing = { code: "SIMCLR_ERROR__DATA__PATH_MISSING" };
    await expect(tinyImagenet(folder, { split: "val" })).rejects.toMatchObject(missing);
    await expect(tinyImagenet(folder)).rejects.toMatchObject(missing);
    await expect(tinyImagenet(folder, { split: "dev" as never })).rejects.toThrow("split");
  });
});

const large = await temporaryFolder();
const valName = (i: number) => `ILSVRC2012_val_0000000${i}.JPEG`;
await writeFiles(large, {
  "train/n02/n02_1.JPEG": await gray(1),
  "train/n01/n01_1.JPEG": await gray(2),
  "train/n10/n10_1.JPEG": await gray(3),
  [`val/${valName(1)}`]: await gray(4),
  [`val/${valName(2)}`]: await gray(5),
  [`val/${valName(3)}`]: await gray(6),
  "lists/wnids.txt": "n10\nn10\nn02\n",
  "lists/caffe.txt": `${valName(3)} 1\n${valName(2)} 2\n${valName(1)} 2\n`,
  "lists/kaggle.csv": `ImageId,PredictionString\n${[3, 1, 2].map((i) => `${valName(i).slice(0, -5)},${i === 3 ? "n02" : "n10"} 1 2 3 4 `).join("\n")}\n`,
  "lists/short.txt": "n10\n",
  "lists/devkit.txt": "490\n361\n171\n",
  "lists/unknown.txt": "n10\nn11\nn02\n",
});
const imageSize = [4, 4] as const;
const val = (list: string, options: Partial<ImagenetOptions> = {}) =>
  imagenet(large, { imageSize, split: "val", groundTruth: join(large, "lists", list), ...options });

datasetContract("ImageNet", () => imagenet(large, { imageSize }));
datasetContract("ImageNet's validation", () => val("wnids.txt"));

describe("imagenet", () => {
  it.each(["wnids.txt", "caffe.txt", "kaggle.csv"])("has the labels of a flat val by %s", async (list) => {
    const dataset = await val(list);
    expect(dataset.classNames).toEqual(["n01", "n02", "n10"]);
    expect([[...(dataset.labels as Int32Array)], await first(dataset)]).toEqual([[2, 2, 1], [4, 5, 6]]); // biome-ignore format: one line
  });

  it("has the classes of train in a val of folders, of which some may be missing", async () => {
    const folder = await temporaryFolder();
    const png = await gray(7);
    await writeFiles(folder, { "train/b/1.png": png, "train/a/1.png": png, "train/c/1.png": png, "val/c/1.png": png, "val/b/1.png": png }); // biome-ignore format: one line
    const dataset = await imagenet(folder, { imageSize, split: "val" });
    expect([dataset.classNames, [...(dataset.labels as Int32Array)]]).toEqual([
      ["a", "b", "c"],
      [1, 2],
    ]);
    await writeFiles(folder, { "val/d/1.png": png });
    await expect(imagenet(folder, { imageSize, split: "val" })).rejects.toMatchObject({ code });
  });

  it("refuses lists that don't fit, and the development kit's", async () => {
    await expect(val("short.txt")).rejects.toThrow("3 lines, one for each image; received 1");
    await expect(val("devkit.txt")).rejects.toThrow('"490", a number of the development kit\'s own order');
    await expect(val("unknown.txt")).rejects.toMatchObject({ code, context: { line: 2 } });
    await expect(imagenet(large, { imageSize, split: "val" })).rejects.toThrow("SIMCLR_ERROR__DATA__NO_CLASSES");
    await expect(val("wnids.txt", { split: "train" })).rejects.toThrow("groundTruth");
  });
});
