import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, invalidShard } from "./errors.js";
import { readRange, withRanges } from "./read-range.js";
import { shardLabels } from "./shard-images.js";
import { shardPaths } from "./shard-paths.js";

export interface ParquetOptions extends DecodingOptions {
  /** Default: the column that Hugging Face's description of the table calls an image, else `image`, else `img`. */
  readonly imageColumn?: string;
  /** Default: the first that Hugging Face's description calls a class label, else `label`; none where there is neither. */
  readonly labelColumn?: string;
  /** Default: those of Hugging Face's description. */
  readonly classNames?: readonly string[];
  /** How many row groups are kept in memory, as they are read whole. Default 8. */
  readonly rowGroups?: number;
}

interface Shard {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly imageColumn: string;
}

/**
 * Tables of images in Parquet files as Hugging Face publishes them: a column `{ bytes, path }`, or of plain bytes, and one
 * of integer labels.
 *
 * Opening reads the labels alone. An image is read with its row group, of which the last few are kept: in shuffled order
 * nearly every image costs a row group, usually of 100 images. `decodedCache` then pays from the second epoch on.
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
  const { rowGroups = 8 } = options;
  if (!Number.isInteger(rowGroups) || rowGroups < 1)
    throw invalidArgument("rowGroups", rowGroups, "a positive integer");
  const rows: { shard: string; name: string; group: Group; row: number; label?: number | undefined }[] = [];
  let classNames = options.classNames;
  for (const path of await shardPaths(paths, ".parquet")) {
    const { shard, labelColumn, names } = await openShard(path, options);
    classNames ??= names;
    const labels = labelColumn ? await column(shard, labelColumn) : undefined;
    let first = 0;
    for (const { num_rows } of shard.metadata.row_groups) {
      const group = { shard, first, end: first + Number(num_rows) };
      for (let row = first; row < group.end; row++) {
        const value = labels?.[row];
        // Hugging Face has -1 where a label is kept secret.
        const label = value === undefined || value === null || Number(value) === -1 ? undefined : Number(value);
        rows.push({ shard: path, name: `row ${row}`, group, row, label });
      }
      first = group.end;
    }
    if (first === 0) throw invalidShard(path, "at least one row", "an empty table");
  }
  const labels = shardLabels(rows, classNames);
  const imagesOf = lastUsed(rowGroups, ({ shard, first, end }: Group) => column(shard, shard.imageColumn, first, end));
  const at = (index: number) => rows[index] as (typeof rows)[number];
  const images = {
    length: rows.length,
    ...(labels && { labels, ...(classNames && { classNames }) }),
    pathOf: (index: number) => `${at(index).shard}, ${at(index).name}`,
    async bytesOf(index: number) {
      const { shard, name, group, row } = at(index);
      const value = (await imagesOf(group))[row - group.first];
      if (value instanceof Uint8Array) return value;
      const { bytes, path } = (value ?? {}) as { readonly bytes?: unknown; readonly path?: unknown };
      if (bytes instanceof Uint8Array) return bytes;
      if (typeof path === "string")
        throw invalidShard(shard, "the images' bytes", `a path alone in ${name}: "${path}"`);
      // A row without an image cannot be decoded: `onCorrupt` says what happens.
      return new Uint8Array(0);
    },
  };
  return decodedDataset(images, options);
}

interface Group {
  readonly shard: Shard;
  readonly first: number;
  readonly end: number;
}

async function openShard(path: string, options: ParquetOptions) {
  const byteLength = await withRanges(path, async ({ size }) => size);
  const slice = async (start: number, end = byteLength) => {
    const bytes = await readRange(path, start, end - start);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  };
  const file = { byteLength, slice };
  const metadata = await parquetMetadataAsync(file).catch((cause) => {
    throw invalidShard(path, "Parquet's footer", (cause as Error).message, cause);
  });
  const features = huggingFaceFeatures(metadata);
  const ofType = (type: string) => Object.keys(features).find((name) => features[name]?._type === type);
  const columns = topLevelColumns(metadata);
  const known = (name: string | undefined) => (name !== undefined && columns.includes(name) ? name : undefined);
  const imageColumn = options.imageColumn ?? known(ofType("Image")) ?? known("image") ?? known("img") ?? "image";
  const labelColumn = options.labelColumn ?? known(ofType("ClassLabel")) ?? known("label");
  for (const name of [imageColumn, labelColumn]) {
    if (name === undefined || columns.includes(name)) continue;
    throw invalidShard(path, `a column "${name}"`, columns.join(", "));
  }
  const names = labelColumn === undefined ? undefined : features[labelColumn]?.names;
  return { shard: { path, file, metadata, imageColumn }, labelColumn, names };
}

/** The root comes first; each of its children is followed by its own. */
function topLevelColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let i = 0; i < (schema[at]?.num_children ?? 0); i++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]?.name as string);
  return names;
}

type Features = Readonly<Record<string, { readonly _type?: string; readonly names?: readonly string[] } | undefined>>;

function huggingFaceFeatures({ key_value_metadata = [] }: FileMetaData): Features {
  const text = key_value_metadata.find(({ key }) => key === "huggingface")?.value;
  try {
    return (JSON.parse(text ?? "{}") as { info?: { features?: Features } }).info?.features ?? {};
  } catch {
    // It is a description that other programs may have mangled; the columns' names still tell.
    return {};
  }
}

async function column({ path, file, metadata }: Shard, name: string, rowStart?: number, rowEnd?: number) {
  const range = { ...(rowStart !== undefined && { rowStart }), ...(rowEnd !== undefined && { rowEnd }) };
  try {
    const read = { file, metadata, columns: [name], compressors, utf8: false, ...range };
    return (await parquetReadObjects(read)).map((row) => row[name] as unknown);
  } catch (cause) {
    throw invalidShard(path, `a readable column "${name}"`, (cause as Error).message, cause);
  }
}

/** Remembers what `load` gave for the keys used last; what failed is tried again. */
function lastUsed<Key, Value>(count: number, load: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const kept = new Map<Key, Promise<Value>>();
  return (key) => {
    const value = kept.get(key) ?? load(key);
    kept.delete(key);
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > count) kept.delete(oldest as Key);
    return value;
  };
}
