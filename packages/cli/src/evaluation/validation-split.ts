import type { RandomKey } from "@simclr/core";
import { arrayDataset, type Dataset, splitDataset, subset } from "@simclr/data";
import type { Embed } from "@simclr/evaluation";
import { rowsOf } from "../run/neighbour-rows.js";

export interface ValidationSplit {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Embeds the whole once, and takes the parts' rows out of that. */
  readonly embed: Embed;
}

/** A tenth of the training images to choose settings on, with the classes' shares of the whole. */
export async function validationSplit(whole: Dataset, key: RandomKey, embed: Embed): Promise<ValidationSplit> {
  const { length, labels } = whole;
  // Images that are their own numbers: what is split tells where it lay.
  const numbers = new Uint8Array(Uint32Array.from({ length }, (_, i) => i).buffer);
  const numbered = arrayDataset({ images: numbers, shape: [length, 2, 2, 1], ...(labels && { labels }) });
  const halves = splitDataset(numbered, { fraction: 0.9, key, stratified: true });
  const [trainRows, validationRows] = await Promise.all(halves.map(numbersOf));
  const train = subset(whole, trainRows as number[]);
  const validation = subset(whole, validationRows as number[]);
  const rowsIn = new Map([[train, trainRows as number[]], [validation, validationRows as number[]]]); // biome-ignore format: one line
  return {
    train,
    validation,
    embed: async (encoder, dataset, options = {}) => {
      const rows = rowsIn.get(dataset);
      if (!rows) return embed(encoder, dataset, options);
      const onProgress = (done: number, total: number) =>
        options.onProgress?.(Math.floor((done / total) * rows.length), rows.length);
      const features = await embed(encoder, whole, { ...options, onProgress });
      const own = features.labels;
      return { ...rowsOf(features, rows), ...(own && { labels: Int32Array.from(rows, (row) => own[row] as number) }) };
    },
  };
}

async function numbersOf(part: Dataset): Promise<number[]> {
  const { images } = await part.read(Array.from({ length: part.length }, (_, i) => i));
  return [...new Uint32Array(images.slice().buffer)];
}
