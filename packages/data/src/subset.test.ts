import { expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { arrayDataset, subset } from "./index.js";

const dataset = arrayDataset({
  images: Uint8Array.of(10, 11, 12, 13, 14),
  shape: [5, 1, 1, 1],
  labels: [0, 1, 0, 1, 1],
  classNames: ["even", "odd"],
});

datasetContract("a subset", () => subset(dataset, [4, 1, 0]));

it("reads its own order, labels and indices", async () => {
  const part = subset(dataset, Int32Array.of(4, 1, 4));
  expect(part.labels).toEqual(Int32Array.of(1, 1, 1));
  expect(part.classNames).toEqual(["even", "odd"]);
  const batch = await part.read([1, 0, 2]);
  expect(batch.images).toEqual(Uint8Array.of(11, 14, 14));
  expect(batch.indices).toEqual(Int32Array.of(1, 0, 2));
});

it("of a subset is a subset", async () => {
  const batch = await subset(subset(dataset, [4, 3, 0]), [2, 0]).read([0, 1]);
  expect(batch.images).toEqual(Uint8Array.of(10, 14));
});

it("refuses indices that the dataset does not have, and none", () => {
  const withCode = (code: string) => expect.objectContaining({ code });
  expect(() => subset(dataset, [0, 5])).toThrow(withCode("SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE"));
  expect(() => subset(dataset, [])).toThrow(withCode("SIMCLR_ERROR__CORE__INVALID_ARGUMENT"));
});
