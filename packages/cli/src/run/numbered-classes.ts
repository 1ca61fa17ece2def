import type { Dataset } from "@simclr/data";
import type { OpenedImages } from "./open-images.js";

/**
 * Names the classes of shards that have numbers alone by these, however they are counted: ImageNet's TFRecords begin with 1.
 *
 * @returns what gives a reading of one of these datasets its names; datasets that have names, or no labels, stay as they are
 */
export function numberedClasses({ train, test }: OpenedImages): <Own extends Dataset>(dataset: Own) => Own {
  const numbers = [train, test].flatMap((part) => (part?.labels && !part.classNames ? [...new Set(part.labels)] : []));
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const classNames = sorted.map(String);
  const labelOf = new Map(sorted.map((number, label) => [number, label]));
  const relabelled = (labels: Int32Array) => labels.map((number) => labelOf.get(number) as number);
  return (dataset) => {
    if (!dataset.labels || dataset.classNames) return dataset;
    return {
      ...dataset,
      classNames,
      labels: relabelled(dataset.labels),
      async read(indices) {
        const batch = await dataset.read(indices);
        return { ...batch, ...(batch.labels && { labels: relabelled(batch.labels) }) };
      },
    };
  };
}
