import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { publishedDatasets } from "./published-datasets.js";
import { parseTransferDescriptor } from "./transfer-descriptor.js";

// Chen et al. 2020: classes, sizes and metric of each; then linear and fine-tuned, in percent, as its tables have them.
const table = `
food-101            101 75750    0 25250 top1         68.4 88.2 72.3 88.3 86.9 76.9 89.4 75.2 88.7 88.3
cifar-10             10 50000    0 10000 top1         90.6 97.7 93.6 97.5 95.9 95.3 98.6 95.7 98.3 96.0
cifar-100           100 50000    0 10000 top1         71.6 85.9 78.3 86.4 80.2 80.2 89.0 81.2 88.7 81.9
birdsnap            500 47386    0  2443 top1         37.4 75.9 53.7 75.8 76.1 48.4 78.2 56.4 77.8 77.0
sun397              397 19850    0 19850 top1         58.8 63.5 61.9 64.3 53.6 65.9 68.1 64.9 67.0 53.7
stanford-cars       196  8144    0  8041 top1         50.3 91.3 66.7 92.1 91.4 60.0 92.1 68.8 91.4 91.3
fgvc-aircraft       100  3334 3333  3333 meanPerClass 50.3 88.1 61.0 86.0 85.9 61.2 87.0 63.8 88.0 84.8
pascal-voc-2007      20  2501 2510  4952 vocMeanAveragePrecision11 80.5 84.1 82.8 85.0 67.3 84.2 86.6 83.8 86.5 69.4
dtd                  47  1880 1880  1880 top1         74.5 73.2 74.9 74.6 64.8 78.9 77.8 78.7 78.8 64.1
oxford-pets          37  3680    0  3669 meanPerClass 83.6 89.2 91.5 92.1 81.5 89.2 92.1 92.3 93.2 82.7
caltech-101         102  3060    0  6084 meanPerClass 90.3 92.1 94.5 93.3 72.6 93.9 94.1 94.1 94.2 72.5
oxford-flowers-102  102  1020 1020  6149 meanPerClass 91.2 97.0 94.7 97.6 92.0 95.0 97.6 94.2 98.0 92.5`;
const rows = table.trim().split("\n").map((line) => line.trim().split(/\s+/)); // biome-ignore format: one line

test("the twelve are there, in the paper's order, each in a file of its name", () => {
  expect(publishedDatasets.map(({ name }) => name)).toEqual(rows.map(([name]) => name));
  const files = readdirSync(new URL("./datasets", import.meta.url)).sort();
  expect(files).toEqual(publishedDatasets.map(({ name }) => `${name}.json`).sort());
});

test.each(rows)("%s is as published", (name, classes, train, validation, test, metric, ...numbers) => {
  const found = publishedDatasets.find((descriptor) => descriptor.name === name);
  expect(found?.classCount).toBe(Number(classes));
  const { sizes } = found as { sizes: { train: number; validation?: number; test: number } };
  expect([sizes.train, sizes.validation ?? 0, sizes.test]).toEqual([Number(train), Number(validation), Number(test)]);
  expect(found?.metric).toBe(metric);
  const of = (model: string) => found?.published.find((one) => one.model === model) ?? { fineTune: -1 };
  const own = ["", " (4x)"].flatMap((width) =>
    ["SimCLR", "Supervised", "Random initialisation"].flatMap((by) => {
      const { linear, fineTune } = of(`${by}, ResNet-50${width}`) as { linear?: number; fineTune: number };
      return linear === undefined ? [fineTune] : [linear, fineTune];
    }),
  );
  expect(own.map((share) => (100 * share).toFixed(1))).toEqual(numbers);
  expect(found?.source?.citation).toMatch(/\d{4}/);
  expect(found?.source?.page).toBeTruthy();
  expect(found?.layout).toBeTruthy();
});

describe("a descriptor", () => {
  test("of a name alone is a folder with train and test, measured by top-1", () => {
    expect(parseTransferDescriptor({ name: "mine" })).toEqual({
      name: "mine",
      metric: "top1",
      split: { kind: "folders", train: "train", test: "test" },
      validationShare: 0.1,
      published: [],
    });
  });

  test.each<[unknown, string, RegExp]>([
    [{ name: "a", metrik: "top1" }, "UNKNOWN_DESCRIPTOR_KEY", /"metrik".*Did you mean "metric"\?/s],
    [{ name: "a", split: { kind: "folders", validaton: "val" } }, "UNKNOWN_DESCRIPTOR_KEY", /"split\.validaton".*"validation"/s],
    [{ name: "a", sizes: { train: 3, tset: 2, test: 1 } }, "UNKNOWN_DESCRIPTOR_KEY", /"sizes\.tset".*"test"/s],
    [{ name: "A b" }, "INVALID_DESCRIPTOR", /name: lower case/],
    [{ name: "a", metric: "map" }, "INVALID_DESCRIPTOR", /metric: /],
    [{ name: "a", split: { kind: "random", trainPerClass: 0 } }, "INVALID_DESCRIPTOR", /split\.trainPerClass: /],
    [{ name: "a", metric: "vocMeanAveragePrecision11" }, "INVALID_DESCRIPTOR", /belong together/],
    [{ name: "a", metric: "vocMeanAveragePrecision11", labels: "l.csv" }, "INVALID_DESCRIPTOR", /split\.kind/],
    [[], "INVALID_DESCRIPTOR", /object/],
  ])("%j is refused", (input, code, message) => {
    let error: unknown;
    try {
      parseTransferDescriptor(input);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: `SIMCLR_ERROR__CLI__${code}`, message: expect.stringMatching(message) });
  }); // biome-ignore format: a table
});
