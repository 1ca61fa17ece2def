import { isSimclrError } from "@simclr/core";
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { invalidShard } from "./errors.js";
import { readRange, withRanges } from "./read-range.js";
import { type TableColumns, type TableOptions, tableColumns } from "./table-columns.js";

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
  options: TableOptions,
): Promise<TableColumns & { readonly shard: ParquetShard }> {
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
  const description = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  const columns = tableColumns(path, topLevelColumns(metadata), description, options);
  return { ...columns, shard: { path, file, metadata, imageColumn: columns.imageColumn } };
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
