import { randomKey } from "@simclr/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { arrayDataset, type Dataset, labelSubset } from "./index.js";

const labelled = (labels: readonly number[], classNames?: readonly string[]): Dataset =>
  arrayDataset({ images: Uint8Array.from(labels.keys()), shape: [labels.length, 1, 1, 1], labels, classNames });
const valuesOf = async (dataset: Dataset) => [...(await dataset.read(Array.from({ length: dataset.length }, (_, i) => i))).images]; // biome-ignore format: one line
const counts = (dataset: Dataset, classCount: number) =>
  Array.from({ length: classCount }, (_, c) => (dataset.labels as Int32Array).filter((label) => label === c).length);

it("takes as many images of each class, give or take one, and all of a class that has fewer", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 });
  const fractions = fc.double({ min: 0.01, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(sizes, fractions, fc.nat(), async (classSizes, fraction, seed) => {
      const labels = classSizes.flatMap((size, label) => new Array<number>(size).fill(label)).slice(0, 256);
      const dataset = labelled(labels);
      const total = Math.floor(fraction * labels.length + 1e-9);
      const whole = counts(dataset, classSizes.length);
      fc.pre(total >= classSizes.length && !whole.includes(0));
      const few = labelSubset(dataset, { fraction, key: randomKey(seed) });
      expect(few.length).toBe(total);
      const own = counts(few, classSizes.length);
      const most = Math.max(...own);
      own.forEach((count, label) => {
        expect(count).toBeGreaterThanOrEqual(Math.min(whole[label] as number, most - 1));
      });
      const values = await valuesOf(few);
      expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
      expect([...(few.labels as Int32Array)]).toEqual(values.map((value) => labels[value]));
    }),
  );
});

it("has the published subsets' numbers of ImageNet: 12 or 13 of each class at 1%, 128 or 129 at 10%", () => {
  const labels = Int32Array.from({ length: 1281167 }, (_, i) => i % 1000);
  const read: Dataset["read"] = () => Promise.reject(new Error("not read"));
  const imagenet: Dataset = { length: labels.length, imageShape: [1, 1, 3], labels, read };
  for (const [fraction, total, least] of [
    [0.01, 12811, 12],
    [0.1, 128116, 128],
  ] as const) {
    // biome-ignore format: a list
    const few = labelSubset(imagenet, { fraction, key: randomKey(0) });
    const perClass = new Int32Array(1000);
    for (const label of few.labels as Int32Array) perClass[label] = (perClass[label] as number) + 1;
    expect([few.length, Math.min(...perClass), Math.max(...perClass)]).toEqual([total, least, least + 1]);
  }
});

it("depends on the key alone, and contains the smaller subsets of the same key", async () => {
  const dataset = labelled(Array.from({ length: 200 }, (_, i) => i % 4));
  const take = (fraction: number, seed: number) => valuesOf(labelSubset(dataset, { fraction, key: randomKey(seed) }));
  expect(await take(0.1, 1)).toEqual(await take(0.1, 1));
  expect(await take(0.1, 2)).not.toEqual(await take(0.1, 1));
  const larger = await take(0.3, 1);
  expect((await take(0.1, 1)).every((value) => larger.includes(value))).toBe(true);
  expect(await take(1, 1)).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

it("refuses what leaves a class without a label", () => {
  const key = randomKey(0);
  const code = (which: string) => expect.objectContaining({ code: `SIMCLR_ERROR__${which}` });
  const ten = labelled(Array.from({ length: 100 }, (_, i) => i % 10));
  expect(() => labelSubset(ten, { fraction: 0.09, key })).toThrow(code("DATA__TOO_FEW_LABELS"));
  for (const fraction of [0, -0.1, 1.1, Number.NaN])
    expect(() => labelSubset(ten, { fraction, key })).toThrow(code("CORE__INVALID_ARGUMENT"));
  const unlabelled = arrayDataset({ images: new Uint8Array(4), shape: [4, 1, 1, 1] });
  expect(() => labelSubset(unlabelled, { fraction: 1, key })).toThrow(code("DATA__LABELS_MISSING"));
  const gap = labelled([0, 2, 0, 2], ["cat", "dog", "emu"]);
  expect(() => labelSubset(gap, { fraction: 1, key })).toThrow(code("DATA__CLASS_WITHOUT_IMAGES"));
  expect(() => labelSubset(gap, { fraction: 1, key })).toThrow(/"dog"/);
});
