import { DataType } from "apache-arrow";
import { type ArrowCells, type ArrowColumn, byteCells, columnsOf, fieldsWithin, integerCells, presentCells } from "./arrow-column.js"; // biome-ignore format: one line
import { type ArrowBatch, readMessages, type Span } from "./arrow-messages.js";
import { invalidShard } from "./errors.js";
import { type RangeReader, withRanges } from "./read-range.js";
import type { ShardImage } from "./shard-images.js";
import { type TableOptions, tableColumns, tableLabel } from "./table-columns.js";

/** The columns that an image lies in. */
interface ImageColumns {
  /** Of `{ bytes, path }`, whose null is none of either. */
  readonly whole?: ArrowColumn;
  readonly bytes: ArrowColumn;
  readonly path?: ArrowColumn;
}

/**
 * Reads where the images of an Arrow file lie, and their labels.
 *
 * @returns the rows in order, and what Hugging Face's description says that labels mean
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function readArrowShard(
  path: string,
  options: TableOptions,
): Promise<{ images: ShardImage[]; names: readonly string[] | undefined }> {
  return withRanges(path, async (reader) => {
    const { schema, batches } = await readMessages(path, reader);
    const columns = columnsOf(schema.fields);
    const found = tableColumns(path, columns.map(({ name }) => name), schema.metadata.get("huggingface"), options); // biome-ignore format: one line
    const named = (wanted: string | undefined) => columns.find(({ name }) => name === wanted);
    const image = imageColumns(path, named(found.imageColumn) as ArrowColumn);
    const label = named(found.labelColumn);
    const images: ShardImage[] = [];
    for (const batch of batches) {
      const of = (column: ArrowColumn): ArrowCells => ({ path, reader, batch, column });
      const spans = await imageCells(of, image, batch, images.length);
      const labels = label && (await integerCells(of(label)));
      // A row without an image cannot be decoded: `onCorrupt` says what happens.
      spans.forEach((span = { start: 0, length: 0 }, row) => {
        images.push({ shard: path, name: `row ${images.length}`, ...span, label: tableLabel(labels?.[row]) });
      });
    }
    if (images.length === 0) throw invalidShard(path, "at least one row", "an empty table");
    return { images, names: found.names };
  });
}

function imageColumns(path: string, column: ArrowColumn): ImageColumns {
  const isBytes = ({ type }: ArrowColumn) => DataType.isBinary(type) || DataType.isLargeBinary(type);
  if (isBytes(column)) return { bytes: column };
  const within = DataType.isStruct(column.type) ? fieldsWithin(column) : [];
  const bytes = within.find((field) => field.name === "bytes" && isBytes(field));
  if (!bytes) throw invalidShard(path, `images' bytes in the column "${column.name}"`, String(column.type));
  const isText = ({ type }: ArrowColumn) => DataType.isUtf8(type) || DataType.isLargeUtf8(type);
  const paths = within.find((field) => field.name === "path" && isText(field));
  return { whole: column, bytes, ...(paths && { path: paths }) };
}

async function imageCells(
  of: (column: ArrowColumn) => ArrowCells,
  { whole, bytes, path }: ImageColumns,
  { rows }: ArrowBatch,
  first: number,
): Promise<(Span | undefined)[]> {
  const isPresent = whole ? await presentCells(of(whole)) : () => true;
  const spans = (await byteCells(of(bytes))).map((span, row) => (isPresent(row) ? span : undefined));
  const isMissing = (row: number) => isPresent(row) && spans[row] === undefined;
  const missing = Array.from({ length: rows }, (_, row) => row).filter(isMissing);
  const paths = path && missing.length > 0 ? await byteCells(of(path)) : [];
  const alone = missing.find((row) => paths[row] !== undefined);
  if (alone === undefined) return spans;
  const { path: shard, reader } = of(bytes);
  const text = (await textOf(reader, paths[alone] as Span)).toString();
  throw invalidShard(shard, "the images' bytes", `a path alone in row ${first + alone}: ${text}`);
}

const textOf = (reader: RangeReader, { start, length }: Span) => reader.read(start, length);
