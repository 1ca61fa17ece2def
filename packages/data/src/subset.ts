import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { allImagesCorrupt, invalidArgument } from "./errors.js";
import { type ImageRow, rowsOf, stackRows } from "./image-rows.js";

/**
 * Some images of a dataset, in the order given: image i of the subset is image `indices[i]` of the dataset.
 *
 * A subset holds no image from outside it, not even in place of one that cannot be decoded: it then takes its own next.
 *
 * @throws SIMCLR_ERROR__DATA__INDEX_OUT_OF_RANGE, SIMCLR_ERROR__CORE__INVALID_ARGUMENT when there is no index
 * @example
 * ```ts
 * import { arrayDataset, subset } from "@simclr/data";
 * const dataset = arrayDataset({ images: Uint8Array.of(10, 20, 30), shape: [3, 1, 1, 1] });
 * const batch = await subset(dataset, [2, 0]).read([0]);
 * console.log(batch.images); // Uint8Array [30]
 * ```
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const chosen = Array.from(indices);
  assertIndices(chosen, dataset.length);
  if (chosen.length === 0) throw invalidArgument("indices", "none", "at least one index");
  const { imageShape, classNames, labels } = dataset;
  const outer = (index: number) => chosen[index] as number;

  /** The image's own replacement: the next of the subset that can be decoded. */
  async function replacement(index: number): Promise<ImageRow> {
    for (let offset = 1; offset < chosen.length; offset++) {
      const next = (index + offset) % chosen.length;
      const [row] = rowsOf(await dataset.read([outer(next)]));
      if (row?.index === outer(next)) return { ...row, index: next };
    }
    throw allImagesCorrupt(chosen.length);
  }

  return {
    length: chosen.length,
    imageShape,
    ...(classNames && { classNames }),
    ...(labels && { labels: Int32Array.from(chosen, (index) => labels[index] as number) }),
    async read(asked) {
      assertIndices(asked, chosen.length);
      const rows = rowsOf(await dataset.read(asked.map(outer)));
      const own = rows.map((row, i) => {
        const index = asked[i] as number;
        return row.index === outer(index) ? { ...row, index } : replacement(index);
      });
      return stackRows(await Promise.all(own), imageShape);
    },
  };
}
