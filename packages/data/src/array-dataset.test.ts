import { describe, expect, it } from "vitest";
import { datasetContract } from "./contract.js";
import { arrayDataset } from "./index.js";

const images = Uint8Array.from({ length: 5 * 2 * 3 * 3 }, (_, i) => (i * 7) % 256);
const shape = [5, 2, 3, 3] as const;

datasetContract("an array", () => arrayDataset({ images, shape }));
datasetContract("an array with labels", () => arrayDataset({ images, shape, labels: [0, 1, 1, 0, 2], classNames: ["a", "b", "c"] })); // biome-ignore format: one line

describe("arrayDataset", () => {
  it("reads the images by their place in the array", async () => {
    const batch = await arrayDataset({ images, shape, labels: [5, 6, 7, 8, 9] }).read([3, 1, 3]);
    expect([...batch.images]).toEqual([...images.slice(54, 72), ...images.slice(18, 36), ...images.slice(54, 72)]);
    expect(batch.labels).toEqual(Int32Array.of(8, 6, 8));
    expect(batch.imageSizes).toBeUndefined();
  });

  it("takes the pixels of a canvas, which are clamped, and a part of a larger buffer", async () => {
    const clamped = new Uint8ClampedArray(images.buffer, 18, 36);
    const batch = await arrayDataset({ images: clamped, shape: [2, 2, 3, 3] }).read([1]);
    expect([...batch.images]).toEqual([...images.slice(36, 54)]);
  });

  it.each([
    ["images", { images: new Float32Array(90), shape }],
    ["images", { images: images.subarray(1), shape }],
    ["shape", { images, shape: [5, 2, 9] }],
    ["shape", { images: new Uint8Array(0), shape: [0, 2, 3, 3] }],
    ["labels", { images, shape, labels: [0, 1] }],
    ["labels", { images, shape, labels: [0, 1, 2, 3, -1] }],
    ["labels", { images, shape, labels: [0, 1, 2, 3, 0.5] }],
    ["labels", { images, shape, labels: [0, 1, 1, 0, 2], classNames: ["a", "b"] }],
  ])("refuses bad %s", (argument, options) => {
    expect(() => arrayDataset(options as never)).toThrow(
      expect.objectContaining({
        code: "SIMCLR_ERROR__CORE__INVALID_ARGUMENT",
        context: expect.objectContaining({ argument }),
      }),
    );
  });
});
