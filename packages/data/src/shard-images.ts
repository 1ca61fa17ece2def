import type { EncodedImages } from "./decoded-dataset.js";
import { invalidShard } from "./errors.js";
import { readRange } from "./read-range.js";

/** An image file within a shard. */
export interface ShardImage {
  readonly shard: string;
  /** What the shard calls it. */
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly label?: number | undefined;
}

/**
 * Image files within shards, each read when it is wanted; labels have to be there for every one or for none.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD
 */
export function shardImages(images: readonly ShardImage[], classNames?: readonly string[]): EncodedImages {
  const labels = shardLabels(images, classNames);
  const at = (index: number) => images[index] as ShardImage;
  return {
    length: images.length,
    ...(labels && { labels, ...(classNames && { classNames }) }),
    pathOf: (index) => `${at(index).shard}, ${at(index).name}`,
    bytesOf: (index) => readRange(at(index).shard, at(index).start, at(index).length),
  };
}

/** The labels of all, or of none; each one an integer in the classes' range. */
export function shardLabels(
  images: readonly Pick<ShardImage, "shard" | "name" | "label">[],
  classNames?: readonly string[],
): Int32Array | undefined {
  if (images.every(({ label }) => label === undefined)) return undefined;
  const count = classNames?.length ?? 2 ** 31;
  for (const { shard, name, label } of images) {
    if (label === undefined) throw invalidShard(shard, "a label for every image, or for none", `none for ${name}`);
    if (Number.isInteger(label) && label >= 0 && label < count) continue;
    throw invalidShard(shard, `labels that are integers from 0 to ${count - 1}`, `${label} for ${name}`);
  }
  return Int32Array.from(images, ({ label }) => label as number);
}
