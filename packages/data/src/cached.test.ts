import { expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { arrayDataset, cached } from "./index.js";
import { observed } from "./testing/observed.js";

const values = Uint8Array.from({ length: 40 }, (_, i) => 3 * i);
const plain = arrayDataset({ images: values, shape: [10, 1, 4, 1], labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });

datasetContract("a cached dataset", () => cached(plain));
datasetContract("a cached dataset without room", () => cached(plain, { maximumBytes: 0 }));

it("reads every image once", async () => {
  const { dataset, record } = observed(plain);
  const fast = cached(dataset);
  const first = await fast.read([3, 1, 3]);
  await fast.read([1, 2]);
  expect(await fast.read([3, 1, 3])).toEqual(first);
  expect(record.asked).toEqual([[3, 1], [2]]);
  expect(first).toEqual(await plain.read([3, 1, 3]));
});

it("keeps no more than its budget, and what came first", async () => {
  const { dataset, record } = observed(plain);
  const fast = cached(dataset, { maximumBytes: 11 });
  await fast.read([0, 1, 2]);
  await fast.read([3]);
  expect((await fast.read([0, 1, 2, 3])).images).toEqual(values.slice(0, 16));
  expect(record.asked.at(-1)).toEqual([2, 3]);
});

it("keeps valid regions and the indices of replaced images", async () => {
  const dataset = {
    ...plain,
    read: async (indices: readonly number[]) => ({
      ...(await plain.read(indices.map((index) => (index === 1 ? 2 : index)))),
      imageSizes: indices.map((index) => [1, 1 + (index % 4)] as const),
    }),
  };
  const fast = cached(dataset);
  const first = await fast.read([1, 3]);
  const second = await fast.read([3, 1]);
  expect([first.imageSizes, second.imageSizes]).toEqual([[[1, 2], [1, 4]], [[1, 4], [1, 2]]]); // biome-ignore format: one line
  expect([first.indices, second.indices]).toEqual([Int32Array.of(2, 3), Int32Array.of(3, 2)]);
});

it("refuses a budget that is no number of bytes", () => {
  for (const maximumBytes of [-1, Number.NaN]) expect(() => cached(plain, { maximumBytes })).toThrow("maximumBytes");
});
