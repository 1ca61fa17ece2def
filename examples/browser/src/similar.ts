import type { Dataset } from "@simclr/data/browser";
import { type Encoder, embed, type Features, nearestNeighbours } from "@simclr/evaluation";

export interface SimilarPhoto {
  readonly index: number;
  /** Cosine similarity of the two photos' features, in [-1, 1]. */
  readonly similarity: number;
}

export interface EmbedPhotosOptions {
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** A vector for each photo; the page is drawn between two batches. */
export function embedPhotos(encode: Encoder, dataset: Dataset, options: EmbedPhotosOptions): Promise<Features> {
  const unhurried: Dataset = {
    ...dataset,
    read: async (indices) => {
      await new Promise((resolve) => setTimeout(resolve));
      return dataset.read(indices);
    },
  };
  return embed(encode, unhurried, { batchSize: 32, ...options });
}

/** The photos that are most similar to one, the nearest first, itself left out. */
export async function similarTo(features: Features, index: number, count: number): Promise<SimilarPhoto[]> {
  const { values, size } = features;
  const asked = { values: values.subarray(index * size, (index + 1) * size), count: 1, size };
  const found = await nearestNeighbours(asked, features, Math.min(features.count, count + 1));
  return Array.from(found.indices, (row, rank) => ({ index: row, similarity: found.similarities[rank] as number }))
    .filter((photo) => photo.index !== index)
    .slice(0, count);
}
