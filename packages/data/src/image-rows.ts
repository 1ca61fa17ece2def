import type { Dataset, ImageBatch } from "./dataset.js";

/** One image of a batch. */
export interface ImageRow {
  readonly index: number;
  /** `height * width * channels` values. */
  readonly pixels: Uint8Array;
  readonly label?: number;
  readonly imageSize?: readonly [height: number, width: number];
}

/** Joins images of one shape to a batch; copies their pixels. */
export function stackRows(rows: readonly ImageRow[], imageShape: Dataset["imageShape"]): ImageBatch {
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const images = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => {
    images.set(row.pixels, i * size);
  });
  const hasLabels = rows.some((row) => row.label !== undefined);
  const hasSizes = rows.some((row) => row.imageSize !== undefined);
  return {
    images,
    shape: [rows.length, height, width, channels],
    ...(hasLabels && { labels: Int32Array.from(rows, (row) => row.label as number) }),
    ...(hasSizes && { imageSizes: rows.map((row) => row.imageSize ?? ([height, width] as const)) }),
    indices: Int32Array.from(rows, (row) => row.index),
  };
}

/** The images of a batch, one by one; their pixels are views into the batch. */
export function rowsOf(batch: ImageBatch): ImageRow[] {
  const [count, height, width, channels] = batch.shape;
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    index: batch.indices[i] as number,
    pixels: batch.images.subarray(i * size, (i + 1) * size),
    ...(batch.labels && { label: batch.labels[i] as number }),
    ...(batch.imageSizes?.[i] && { imageSize: batch.imageSizes[i] }),
  }));
}
