import { foldIn, permutation, type RandomKey } from "@simclr/core";
import type { Dataset } from "./dataset.js";
import { invalidArgument } from "./errors.js";
import { subset } from "./subset.js";

export interface SplitOptions {
  /** The first part's share of the images, above 0 and below 1. */
  readonly fraction: number;
  readonly key: RandomKey;
  /** Whether both parts have the classes' shares of the whole. Default: when there are labels. */
  readonly stratified?: boolean;
}

/**
 * Splits a dataset at random into two parts, `round(fraction * length)` images and the rest, each in the dataset's order.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset, splitDataset } from "@simclr/data";
 * const dataset = arrayDataset({ images: new Uint8Array(10), shape: [10, 1, 1, 1] });
 * const [train, test] = splitDataset(dataset, { fraction: 0.8, key: randomKey(0) });
 * console.log(train.length, test.length); // 8 2
 * ```
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): readonly [first: Dataset, second: Dataset] {
  const { fraction, key, stratified = dataset.labels !== undefined } = options;
  if (stratified && !dataset.labels) throw invalidArgument("stratified", true, "false for a dataset without labels");
  const total = Math.round(fraction * dataset.length);
  if (!(fraction > 0 && fraction < 1 && total > 0 && total < dataset.length)) {
    throw invalidArgument("fraction", fraction, `above 0 and below 1, with an image in each part of ${dataset.length}`);
  }
  const groups = stratified ? groupByLabel(dataset.labels as Int32Array) : [Int32Array.from({ length: dataset.length }, (_, i) => i)]; // biome-ignore format: one line
  const counts = apportion(groups.map((group) => group.length * fraction), total); // biome-ignore format: one line
  const isFirst = new Uint8Array(dataset.length);
  groups.forEach((group, g) => {
    const order = permutation(foldIn(key, g), group.length);
    for (const position of order.subarray(0, counts[g])) isFirst[group[position] as number] = 1;
  });
  const part = (wanted: number) => [...isFirst.keys()].filter((index) => isFirst[index] === wanted);
  return [subset(dataset, part(1)), subset(dataset, part(0))];
}

function groupByLabel(labels: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => Int32Array.from(group));
}

/** Whole numbers near the shares that add up to the total: the largest remainders are rounded up. */
function apportion(shares: readonly number[], total: number): number[] {
  const counts = shares.map(Math.floor);
  const missing = total - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = [...shares.keys()].sort((a, b) => ((shares[b] as number) % 1) - ((shares[a] as number) % 1));
  for (const which of byRemainder.slice(0, missing)) counts[which] = (counts[which] as number) + 1;
  return counts;
}
