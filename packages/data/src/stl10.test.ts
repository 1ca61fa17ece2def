import { open, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { stl10 } from "./index.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

const root = await temporaryFolder();
const folder = join(root, "stl10_binary");
const imageBytes = 3 * 96 * 96;
const value = (image: number, y: number, x: number, channel: number) =>
  (image * 13 + y * 7 + x * 3 + channel * 101) % 256;
const labelOf = (image: number) => (image * 7) % 10;

/** As the site describes it: red, green, blue; in each plane a column after the other. */
function stored(image: number): Buffer {
  const bytes: number[] = [];
  for (let c = 0; c < 3; c++)
    for (let x = 0; x < 96; x++) for (let y = 0; y < 96; y++) bytes.push(value(image, y, x, c));
  return Buffer.from(bytes);
}

function shown(image: number): Uint8Array {
  const pixels: number[] = [];
  for (let y = 0; y < 96; y++)
    for (let x = 0; x < 96; x++) for (let c = 0; c < 3; c++) pixels.push(value(image, y, x, c));
  return Uint8Array.from(pixels);
}

/** A file of its real size, of which the disk holds only the images that are written. */
async function sparse(name: string, count: number, images: readonly number[]): Promise<void> {
  const file = await open(join(folder, name), "w");
  await file.truncate(count * imageBytes);
  for (const image of images) await file.write(stored(image), 0, imageBytes, image * imageBytes);
  await file.close();
}

const names = ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];
const fold = (line: number) => Array.from({ length: 1000 }, (_, i) => (i * 5 + line) % 5000);

beforeAll(async () => {
  await writeFiles(folder, {
    "train_y.bin": Buffer.from(Array.from({ length: 5000 }, (_, i) => labelOf(i) + 1)),
    "test_y.bin": Buffer.from(Array.from({ length: 8000 }, (_, i) => labelOf(i) + 1)),
    "class_names.txt": `${names.join("\n")}\n`,
    "fold_indices.txt": Array.from({ length: 10 }, (_, line) => `${fold(line).join(" ")} \n`).join(""),
  });
  await sparse("train_X.bin", 5000, [0, 8, 4999]);
  await sparse("test_X.bin", 8000, [0, 7999]);
  await sparse("unlabeled_X.bin", 100_000, [0, 99_999]);
});

datasetContract("STL-10", () => stl10(root));
datasetContract("STL-10 without labels", () => stl10(folder, { split: "train+unlabeled" }));

describe("stl10", () => {
  it("turns columns into rows and planes into pixels, and counts labels from 0", async () => {
    const train = await stl10(root);
    const batch = await train.read([4999, 0]);
    expect(batch.images.subarray(0, imageBytes)).toEqual(shown(4999));
    expect(batch.images.subarray(imageBytes)).toEqual(shown(0));
    expect([...(batch.labels as Int32Array)]).toEqual([labelOf(4999), 0]);
    expect(train.classNames).toEqual(names);
    const test = await stl10(folder, { split: "test" });
    expect((await test.read([7999])).images).toEqual(shown(7999));
    expect([test.length, test.labels?.[3]]).toEqual([8000, 1]);
  });

  it("has the unlabelled images, also after those of training", async () => {
    const unlabeled = await stl10(root, { split: "unlabeled" });
    expect([unlabeled.length, unlabeled.labels]).toEqual([100_000, undefined]);
    expect((await unlabeled.read([99_999])).images).toEqual(shown(99_999));
    const both = await stl10(root, { split: "train+unlabeled" });
    expect([both.length, both.labels]).toEqual([105_000, undefined]);
    const batch = await both.read([104_999, 4999]);
    expect(batch.images).toEqual(Uint8Array.from([...shown(99_999), ...shown(4999)]));
  });

  it("has the folds", async () => {
    const dataset = await stl10(root, { fold: 3 });
    expect(dataset.length).toBe(1000);
    expect([...(dataset.labels as Int32Array)]).toEqual(fold(3).map(labelOf));
    expect((await dataset.read([1])).images).toEqual(shown(8));
  });

  it("refuses files of another size, labels out of range, and what there is not", async () => {
    const code = "SIMCLR_ERROR__DATA__INVALID_STL10_FILE";
    await expect(stl10(root, { split: "validation" as never })).rejects.toThrow("split");
    await expect(stl10(root, { fold: 10 })).rejects.toThrow("fold");
    await expect(stl10(root, { split: "test", fold: 0 })).rejects.toThrow("fold");
    await writeFile(join(folder, "test_y.bin"), Buffer.alloc(8000));
    await expect(stl10(root, { split: "test" })).rejects.toThrow("labels from 1 to 10; received 0 for image 0");
    await writeFile(join(folder, "fold_indices.txt"), "1 2 5000\n");
    await expect(stl10(root, { fold: 0 })).rejects.toMatchObject({ code });
    await expect(stl10(root, { fold: 1 })).rejects.toMatchObject({ code });
    await truncate(join(folder, "unlabeled_X.bin"), 100_000 * imageBytes - 1);
    await expect(stl10(root, { split: "unlabeled" })).rejects.toMatchObject({ code });
    const elsewhere = await temporaryFolder();
    const context = { path: join(elsewhere, "train_X.bin") };
    await expect(stl10(elsewhere)).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__PATH_MISSING", context });
  });
});
