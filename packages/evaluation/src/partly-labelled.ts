import type { Dataset } from "@simclr/data";

/** Stands for a label that is not known. */
export const unknownLabel = -1;

/** The same images, of which only some labels are known: no other label is so much as looked at. */
export function partlyLabelled(dataset: Dataset, known: ReadonlyMap<number, number> = new Map()): Dataset {
  const { length, imageShape } = dataset;
  return {
    length,
    imageShape,
    read: async (asked, memory) => {
      // Named one by one: whatever else a batch has stays where it is.
      const { images, shape, imageSizes, indices } = await dataset.read(asked, memory);
      const labels = Int32Array.from(indices, (index) => known.get(index) ?? unknownLabel);
      return { images, shape, labels, indices, ...(imageSizes && { imageSizes }) };
    },
  };
}
