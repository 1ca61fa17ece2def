import { LRUCache } from "lru-cache";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, invalidShard } from "./errors.js";
import { openParquetShard, type ParquetShard, parquetColumn } from "./parquet-shard.js";
import { shardLabels } from "./shard-images.js";
import { shardPaths } from "./shard-paths.js";
import { type TableOptions, tableLabel } from "./table-columns.js";

export interface ParquetOptions extends DecodingOptions, TableOptions {
  /** How many bytes of image files are kept in memory, row groups at a time. Default 2^30, one gibibyte. */
  readonly maximumBytes?: number;
}

/**
 * Tables of images in Parquet files as Hugging Face publishes them: a column `{ bytes, path }`, or of plain bytes, and one
 * of integer labels.
 *
 * Opening reads the labels alone. An image is read with its row group, usually of 100 images, and row groups stay in memory
 * up to `maximumBytes`. A table that is larger costs nearly a row group an image when it is shuffled: there `decodedCache`
 * pays from the second epoch on, and `webDataset` from the first.
 *
 * @param paths a file, `train-{00000..00012}-of-00013.parquet`, a folder of files ending in `.parquet`, or a list of these
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD for a file that is no Parquet file or ends early, a column that is not there,
 *   an image that is a path alone, and labels for some images only
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NO_SHARDS, SIMCLR_ERROR__DATA__UNREADABLE,
 *   SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @see https://huggingface.co/docs/datasets, "Image"; https://parquet.apache.org/docs/file-format
 * @example
 * ```ts no-run
 * import { parquet } from "@simclr/data";
 * const train = await parquet("cifar10/plain_text/train-00000-of-00001.parquet", { imageSize: [32, 32] });
 * console.log(train.classNames);
 * ```
 */
export async function parquet(paths: string | readonly string[], options: ParquetOptions): Promise<DecodedDataset> {
  assertDecodingOptions(options);
  const { maximumBytes = 2 ** 30 } = options;
  if (!Number.isSafeInteger(maximumBytes) || maximumBytes < 1) {
    throw invalidArgument("maximumBytes", maximumBytes, "a positive integer");
  }
  const rows: { shard: string; name: string; group: Group; row: number; label?: number | undefined }[] = [];
  let classNames = options.classNames;
  for (const path of await shardPaths(paths, ".parquet")) {
    const { shard, labelColumn, names } = await openParquetShard(path, options);
    classNames ??= names;
    const labels = labelColumn ? await parquetColumn(shard, labelColumn) : undefined;
    let first = 0;
    for (const { num_rows } of shard.metadata.row_groups) {
      const group = { shard, first, end: first + Number(num_rows) };
      for (let row = first; row < group.end; row++) {
        rows.push({ shard: path, name: `row ${row}`, group, row, label: tableLabel(labels?.[row]) });
      }
      first = group.end;
    }
    if (first === 0) throw invalidShard(path, "at least one row", "an empty table");
  }
  const labels = shardLabels(rows, classNames);
  const imagesOf = rowGroupReader(maximumBytes);
  const at = (index: number) => rows[index] as (typeof rows)[number];
  const images = {
    length: rows.length,
    ...(labels && { labels, ...(classNames && { classNames }) }),
    pathOf: (index: number) => `${at(index).shard}, ${at(index).name}`,
    async bytesOf(index: number) {
      const { shard, name, group, row } = at(index);
      const value = (await imagesOf(group))[row - group.first];
      const bytes = bytesIn(value);
      if (bytes) return bytes;
      const path = (value as { readonly path?: unknown } | null | undefined)?.path;
      if (path) throw invalidShard(shard, "the images' bytes", `a path alone in ${name}: ${path}`);
      // A row without an image cannot be decoded: `onCorrupt` says what happens.
      return new Uint8Array(0);
    },
  };
  return decodedDataset(images, options);
}

/** The column is of `{ bytes, path }`, or of plain bytes. */
function bytesIn(value: unknown): Uint8Array | undefined {
  const bytes = value instanceof Uint8Array ? value : (value as { readonly bytes?: unknown } | null | undefined)?.bytes;
  return bytes instanceof Uint8Array ? bytes : undefined;
}

interface Group {
  readonly shard: ParquetShard;
  readonly first: number;
  readonly end: number;
}

/** Reads the images of row groups, and keeps those that were used last. */
function rowGroupReader(maximumBytes: number): (group: Group) => Promise<unknown[]> {
  const kept = new LRUCache<Group, unknown[]>({
    maxSize: maximumBytes,
    sizeCalculation: (images) => 1 + images.reduce<number>((sum, image) => sum + (bytesIn(image)?.length ?? 0), 0),
  });
  const loading = new Map<Group, Promise<unknown[]>>();
  return (group) => {
    const known = kept.get(group);
    if (known) return Promise.resolve(known);
    const load = async () => {
      const { shard, first, end } = group;
      const images = await parquetColumn(shard, shard.imageColumn, first, end).finally(() => loading.delete(group));
      kept.set(group, images);
      return images;
    };
    const images = loading.get(group) ?? load();
    loading.set(group, images);
    return images;
  };
}
