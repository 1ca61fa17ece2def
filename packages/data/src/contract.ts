import { isSimclrError } from "@simclr/core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Dataset, ImageBatch } from "./dataset.js";

/**
 * What every dataset promises, as a suite: call it in a test file of vitest.
 *
 * @param create makes the dataset anew: it is called twice, to see that both give the same bytes
 * @example
 * ```ts no-run
 * import { arrayDataset } from "@simclr/data";
 * import { datasetContract } from "@simclr/data/contract";
 * datasetContract("my images", () => arrayDataset({ images: new Uint8Array(12), shape: [4, 1, 1, 3] }));
 * ```
 */
export function datasetContract(name: string, create: () => Dataset | Promise<Dataset>): void {
  describe(`${name} is a dataset`, () => {
    let dataset: Dataset;
    let again: Dataset;
    /** First, last, and some between, backwards and with one twice. */
    let asked: number[];

    beforeAll(async () => {
      dataset = await create();
      again = await create();
      const last = dataset.length - 1;
      asked = [last, Math.floor(last / 2), Math.floor(last / 3), 0, last];
    });

    const rowOf = (batch: ImageBatch, row: number) => {
      const size = batch.images.length / batch.shape[0];
      return {
        pixels: Buffer.from(batch.images.slice(row * size, (row + 1) * size)).toString("base64"),
        label: batch.labels?.[row],
        imageSize: batch.imageSizes?.[row],
        index: batch.indices[row],
      };
    };

    it("has a length, an image shape, and a label in range for every image or none", () => {
      expect(Number.isInteger(dataset.length) && dataset.length > 0).toBe(true);
      expect(dataset.imageShape.every((size) => Number.isInteger(size) && size > 0)).toBe(true);
      if (!dataset.labels) return;
      const classCount = dataset.classNames?.length ?? 2 ** 31;
      expect(dataset.labels.length).toBe(dataset.length);
      expect([...dataset.labels].filter((label) => label < 0 || label >= classCount)).toEqual([]);
    });

    it("reads batches whose parts agree with each other and with the dataset", async () => {
      const batch = await dataset.read(asked);
      expect(batch.images).toBeInstanceOf(Uint8Array);
      expect(batch.shape).toEqual([asked.length, ...dataset.imageShape]);
      expect(batch.images.length).toBe(batch.shape.reduce((product, size) => product * size, 1));
      expect(batch.labels && [...batch.labels]).toEqual(
        dataset.labels && Array.from(batch.indices, (index) => dataset.labels?.[index]),
      );
      const [height, width] = dataset.imageShape;
      for (const [validHeight, validWidth] of batch.imageSizes ?? []) {
        expect(validHeight > 0 && validHeight <= height && validWidth > 0 && validWidth <= width).toBe(true);
      }
    });

    it("gives the same bytes again, alone, in any order, and when made anew", async () => {
      const batch = await dataset.read(asked);
      expect(await dataset.read(asked)).toEqual(batch);
      expect(await again.read(asked)).toEqual(batch);
      const reversed = await dataset.read([...asked].reverse());
      for (const [row, index] of asked.entries()) {
        expect(rowOf(await dataset.read([index]), 0)).toEqual(rowOf(batch, row));
        expect(rowOf(reversed, asked.length - 1 - row)).toEqual(rowOf(batch, row));
      }
    });

    it("says which images it read: those indices give the same images", async () => {
      const batch = await dataset.read(asked);
      expect(await dataset.read([...batch.indices])).toEqual(batch);
    });

    it("reads no images as an empty batch", async () => {
      const batch = await dataset.read([]);
      expect([batch.shape[0], batch.images.length, batch.indices.length]).toEqual([0, 0, 0]);
    });

    it("lets the caller change a batch without changing the dataset", async () => {
      const before = rowOf(await dataset.read([0]), 0);
      (await dataset.read([0])).images.fill(7);
      (await dataset.read([0])).images.fill(9);
      expect(rowOf(await dataset.read([0]), 0)).toEqual(before);
    });

    it("refuses an index that it does not have", async () => {
      for (const index of [-1, dataset.length, 0.5, Number.NaN]) {
        const error = await dataset.read([0, index]).then(
          () => "nothing thrown",
          (thrown: unknown) => thrown,
        );
        expect(isSimclrError(error, "SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE"), String(error)).toBe(true);
      }
    });
  });
}
