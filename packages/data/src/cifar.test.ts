import { symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { cifar10, cifar100 } from "./index.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

const root = await temporaryFolder();
const value = (image: number, y: number, x: number, channel: number) =>
  (image * 13 + y * 7 + x * 3 + channel * 101) % 256;

/** Records as the format has them: labels, then a plane of red, one of green, one of blue. */
function records(count: number, labels: (image: number) => number[]): Buffer {
  const size = labels(0).length + 3072;
  const bytes = Buffer.alloc(count * size);
  for (let image = 0; image < count; image++) {
    let at = image * size;
    for (const label of labels(image)) bytes[at++] = label;
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < 32; y++) for (let x = 0; x < 32; x++) bytes[at++] = value(image, y, x, channel);
    }
  }
  return bytes;
}

beforeAll(async () => {
  const ten = records(10_000, (image) => [image % 10]);
  await writeFiles(root, { "cifar-10-batches-bin/test_batch.bin": ten, "cifar-100-binary/test.bin": records(10_000, (image) => [image % 20, 99 - (image % 100)]) }); // biome-ignore format: one line
  // Five training files of the same content, but for the first label of each, and for the disk.
  for (const part of [2, 3, 4, 5])
    await symlink("test_batch.bin", join(root, `cifar-10-batches-bin/data_batch_${part}.bin`));
  ten[0] = 9;
  await writeFile(join(root, "cifar-10-batches-bin/data_batch_1.bin"), ten);
});

datasetContract("CIFAR-10", () => cifar10(root, { split: "test" }));
datasetContract("CIFAR-100", () => cifar100(root, { split: "test" }));

const expectedImage = (image: number) =>
  Uint8Array.from({ length: 3072 }, (_, i) => value(image, Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3));

describe("cifar10", () => {
  it("reads planes into pixels, labels and names", async () => {
    const dataset = await cifar10(join(root, "cifar-10-batches-bin"), { split: "test" });
    const batch = await dataset.read([9999, 123]);
    expect(batch.images.subarray(0, 3072)).toEqual(expectedImage(9999));
    expect(batch.images.subarray(3072)).toEqual(expectedImage(123));
    expect(batch.labels).toEqual(Int32Array.of(9, 3));
    expect(dataset.classNames?.[9]).toBe("truck");
  });

  it("joins the five training files in order", async () => {
    const dataset = await cifar10(root);
    expect(dataset.length).toBe(50_000);
    expect(dataset.labels?.[0]).toBe(9);
    expect(dataset.labels?.[10_000]).toBe(0);
    expect((await dataset.read([20_007])).images).toEqual(expectedImage(7));
  });
});

describe("cifar100", () => {
  it("has fine and coarse labels", async () => {
    const fine = await cifar100(root, { split: "test" });
    const coarse = await cifar100(join(root, "cifar-100-binary"), { split: "test", labels: "coarse" });
    expect((await fine.read([150])).labels).toEqual(Int32Array.of(49));
    expect((await coarse.read([150])).labels).toEqual(Int32Array.of(10));
    expect((await fine.read([150])).images).toEqual(expectedImage(150));
    // The official names are sorted; https://www.cs.toronto.edu/~kriz/cifar.html lists them by group.
    expect([fine.classNames?.length, coarse.classNames?.length]).toEqual([100, 20]);
    for (const { classNames } of [fine, coarse]) expect(classNames).toEqual([...new Set(classNames)].sort());
    expect([fine.classNames?.[49], coarse.classNames?.[10]]).toEqual(["mountain", "large_natural_outdoor_scenes"]);
  });
});

describe("bad files", () => {
  it("a missing one is named, with the nearest that is there", async () => {
    await expect(cifar100(root, { split: "train" })).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__PATH_MISSING",
      context: { path: join(root, "cifar-100-binary/train.bin") },
    });
    await expect(cifar10(join(root, "cifar-10-batches-bim"))).rejects.toMatchObject({
      context: { nearest: join(root, "cifar-10-batches-bin") },
    });
  });

  it("one that is too short, or has labels out of range, is refused", async () => {
    const other = await temporaryFolder();
    await writeFiles(other, { "test_batch.bin": records(10_000, () => [10]) });
    const code = "SIMCLR_ERROR__DATA__INVALID_CIFAR_FILE";
    await expect(cifar10(other, { split: "test" })).rejects.toMatchObject({ code });
    await truncate(join(other, "test_batch.bin"), 30_729_999);
    await expect(cifar10(other, { split: "test" })).rejects.toThrow("30730000 bytes; received 30729999");
  });

  it("a split that does not exist is refused", async () => {
    await expect(cifar10(root, { split: "validation" as never })).rejects.toThrow("split");
    await expect(cifar100(root, { labels: "medium" as never })).rejects.toThrow("labels");
  });
});
