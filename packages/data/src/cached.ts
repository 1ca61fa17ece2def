import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { invalidArgument } from "./errors.js";
import { type ImageRow, rowsOf, stackRows } from "./image-rows.js";

export interface CacheOptions {
  /** How many bytes of pixels are kept at most. Default 2^30, one gibibyte. */
  readonly maximumBytes?: number;
}

/**
 * Keeps decoded images in memory, so that from the second epoch on nothing is decoded again.
 *
 * When the budget is spent, the images that are there stay: an epoch visits every image once, so to replace one by
 * another would gain nothing. The 50,000 training images of CIFAR-10 take 154 MB.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { arrayDataset, cached } from "@simclr/data";
 * const slow = arrayDataset({ images: new Uint8Array(48), shape: [1, 4, 4, 3] });
 * const fast = cached(slow, { maximumBytes: 2 ** 20 });
 * await fast.read([0]); // reads `slow`
 * await fast.read([0]); // reads memory
 * ```
 */
export function cached(dataset: Dataset, { maximumBytes = 2 ** 30 }: CacheOptions = {}): Dataset {
  if (!(maximumBytes >= 0)) throw invalidArgument("maximumBytes", maximumBytes, "a number of bytes, 0 or more");
  const { length, imageShape, classNames, labels } = dataset;
  const capacity = Math.floor(maximumBytes / imageShape.reduce((product, size) => product * size, 1));
  const kept = new Map<number, ImageRow>();
  return {
    length,
    imageShape,
    ...(classNames && { classNames }),
    ...(labels && { labels }),
    async read(indices) {
      assertIndices(indices, length);
      const missing = [...new Set(indices)].filter((index) => !kept.has(index));
      const fresh = new Map<number, ImageRow>();
      if (missing.length > 0) {
        rowsOf(await dataset.read(missing)).forEach((row, i) => {
          const index = missing[i] as number;
          fresh.set(index, row);
          // A copy: the row is a view that would keep its whole batch alive.
          if (kept.size < capacity) kept.set(index, { ...row, pixels: row.pixels.slice() });
        });
      }
      const rows = indices.map((index) => (kept.get(index) ?? fresh.get(index)) as ImageRow);
      return stackRows(rows, imageShape);
    },
  };
}
