import { randomKey } from "@simclr/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { arrayDataset, type Dataset, splitDataset } from "./index.js";

/** A dataset whose image i has the value i. */
const counting = (labels: readonly number[]): Dataset =>
  arrayDataset({ images: Uint8Array.from(labels.keys()), shape: [labels.length, 1, 1, 1], labels });
const valuesOf = async (dataset: Dataset) => [...(await dataset.read(Array.from({ length: dataset.length }, (_, i) => i))).images]; // biome-ignore format: one line

it("puts every image in exactly one part, in its old order, with each class's share", async () => {
  const labelled = fc.array(fc.nat(3), { minLength: 2, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(
      labelled,
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.nat(),
      async (labels, fraction, seed) => {
        const total = Math.round(fraction * labels.length);
        fc.pre(total > 0 && total < labels.length);
        const [first, second] = splitDataset(counting(labels), { fraction, key: randomKey(seed) });
        const [a, b] = await Promise.all([valuesOf(first), valuesOf(second)]);
        expect(first.length).toBe(total);
        expect([...a, ...b].sort((x, y) => x - y)).toEqual([...labels.keys()]);
        for (const part of [a, b]) expect(part).toEqual([...part].sort((x, y) => x - y));
        for (const label of new Set(labels)) {
          const share = fraction * labels.filter((other) => other === label).length;
          const count = a.filter((index) => labels[index] === label).length;
          expect(Math.abs(count - share)).toBeLessThan(1.5);
        }
      },
    ),
  );
});

it("depends on the key alone", async () => {
  const dataset = counting(Array<number>(100).fill(0));
  const parts = await Promise.all(
    [1, 1, 2].map((seed) => valuesOf(splitDataset(dataset, { fraction: 0.5, key: randomKey(seed) })[0])),
  );
  expect(parts[0]).toEqual(parts[1]);
  expect(parts[0]).not.toEqual(parts[2]);
});

it("draws every class on its own", async () => {
  const dataset = counting([...Array<number>(50).fill(0), ...Array<number>(50).fill(1)]);
  const chosen = await valuesOf(splitDataset(dataset, { fraction: 0.5, key: randomKey(0) })[0]);
  expect(chosen.slice(0, 25)).not.toEqual(chosen.slice(25).map((index) => index - 50));
});

it("ignores labels on request, and needs them for a stratified split", async () => {
  const dataset = counting([...Array<number>(50).fill(0), ...Array<number>(50).fill(1)]);
  const shares = [0, 1, 2, 3, 4].map((seed) => {
    const [first] = splitDataset(dataset, { fraction: 0.5, key: randomKey(seed), stratified: false });
    return [...(first.labels as Int32Array)].filter((label) => label === 1).length;
  });
  expect(new Set(shares).size).toBeGreaterThan(1);
  const unlabelled = arrayDataset({ images: new Uint8Array(4), shape: [4, 1, 1, 1] });
  const stratified = { fraction: 0.5, key: randomKey(0), stratified: true };
  expect(() => splitDataset(unlabelled, stratified)).toThrow("stratified");
});

it.each([0, 1, -0.5, Number.NaN, 0.001, 0.999])("refuses the fraction %f of four images", (fraction) => {
  const dataset = counting([0, 0, 0, 0]);
  expect(() => splitDataset(dataset, { fraction, key: randomKey(0) })).toThrow("fraction");
});
