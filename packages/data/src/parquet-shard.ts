import { isSimclrError } from "@simclr/core";
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { invalidShard } from "./errors.js";
import { readRange, withRanges } from "./read-range.js";

export interface ParquetShard {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly imageColumn: string;
}

/**
 * Reads a Parquet file's footer and chooses its columns of images and labels.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function openParquetShard(
  path: string,
  options: { readonly imageColumn?: string; readonly labelColumn?: string },
): Promise<{ shard: ParquetShard; labelColumn: string | undefined; names: readonly string[] | undefined }> {
  const byteLength = await withRanges(path, async ({ size }) => size);
  const slice = async (start: number, end = byteLength) => {
    const bytes = await readRange(path, start, end - start);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  };
  const file = { byteLength, slice };
  const metadata = await parquetMetadataAsync(file).catch((cause) => {
    if (isSimclrError(cause)) throw cause;
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

/**
 * A column's values, in all rows or some.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function parquetColumn(
  { path, file, metadata }: ParquetShard,
  name: string,
  rowStart?: number,
  rowEnd?: number,
): Promise<unknown[]> {
  const range = { ...(rowStart !== undefined && { rowStart }), ...(rowEnd !== undefined && { rowEnd }) };
  try {
    const read = { file, metadata, columns: [name], compressors, utf8: false, ...range };
    return (await parquetReadObjects(read)).map((row) => row[name] as unknown);
  } catch (cause) {
    // What reading the file has to say is said already.
    if (isSimclrError(cause)) throw cause;
    throw invalidShard(path, `a readable column "${name}"`, (cause as Error).message, cause);
  }
}
