import { DataType, type Field, Type, UnionMode } from "apache-arrow";
import type { ArrowBatch, Span } from "./arrow-messages.js";
import { invalidShard } from "./errors.js";
import type { RangeReader } from "./read-range.js";

/** A column, and where its buffers begin among those of every record batch. */
export interface ArrowColumn {
  readonly name: string;
  readonly type: DataType;
  readonly buffer: number;
  /** How many columns of views come before it, each with buffers of which only the record batch tells how many. */
  readonly views: number;
}

/** Columns one after the other, each followed by its children: the order of buffers in a record batch. */
export function columnsOf(fields: readonly Field[], first = { buffer: 0, views: 0 }): ArrowColumn[] {
  let next = first;
  return fields.map(({ name, type }) => {
    const column = { name, type, ...next };
    next = after(next, type);
    return column;
  });
}

/** The columns within one of structs. */
export function fieldsWithin({ type, buffer, views }: ArrowColumn): ArrowColumn[] {
  return columnsOf(type.children, { buffer: buffer + ownBuffers(type), views });
}

function after(
  { buffer, views }: { buffer: number; views: number },
  type: DataType,
): { buffer: number; views: number } {
  const own = { buffer: buffer + ownBuffers(type), views: views + (isView(type) ? 1 : 0) };
  // What a dictionary's values are made of lies in messages of their own.
  if (DataType.isDictionary(type)) return own;
  return (type.children ?? []).reduce((at, child) => after(at, child.type), own);
}

const isView = ({ typeId }: DataType) => typeId === Type.BinaryView || typeId === Type.Utf8View;

/** @see https://arrow.apache.org/docs/format/Columnar.html, "Buffer Listing for Each Layout" */
function ownBuffers(type: DataType): number {
  if (DataType.isNull(type)) return 0;
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) return 1;
  if (DataType.isUnion(type)) return type.mode === UnionMode.Dense ? 2 : 1;
  const isVariable = [Type.Binary, Type.Utf8, Type.LargeBinary, Type.LargeUtf8].includes(type.typeId);
  return isVariable ? 3 : 2;
}

/** Reads one column of one record batch. */
export interface ArrowCells {
  readonly path: string;
  readonly reader: RangeReader;
  readonly batch: ArrowBatch;
  readonly column: ArrowColumn;
}

/** Which rows have a value. @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE */
export async function presentCells(cells: ArrowCells): Promise<(row: number) => boolean> {
  const { rows } = cells.batch;
  if (bufferAt(cells, 0).length === 0) return () => true;
  const bits = await valuesAt(cells, 0, Math.ceil(rows / 8));
  return (row) => (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1;
}

/**
 * Where the bytes or the text of each row lie in the file; nothing for null.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function byteCells(cells: ArrowCells): Promise<(Span | undefined)[]> {
  const { path, batch, column } = cells;
  const isLarge = column.type.typeId === Type.LargeBinary || column.type.typeId === Type.LargeUtf8;
  if (batch.rows === 0) return [];
  const isPresent = await presentCells(cells);
  const bytes = await valuesAt(cells, 1, (batch.rows + 1) * (isLarge ? 8 : 4));
  const offsets = Array.from(isLarge ? new BigInt64Array(bytes.buffer) : new Int32Array(bytes.buffer), Number);
  const all = bufferAt(cells, 2);
  return Array.from({ length: batch.rows }, (_, row) => {
    const [start, end] = [offsets[row], offsets[row + 1]] as [number, number];
    if (!(start >= 0 && start <= end && end <= all.length)) {
      throw invalidShard(path, `values of "${column.name}" within their buffer`, `bytes ${start} to ${end}`);
    }
    return isPresent(row) ? { start: all.start + start, length: end - start } : undefined;
  });
}

const integerArrays = {
  8: [Uint8Array, Int8Array],
  16: [Uint16Array, Int16Array],
  32: [Uint32Array, Int32Array],
  64: [BigUint64Array, BigInt64Array],
} as const;

/**
 * The integers of each row; nothing for null.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function integerCells(cells: ArrowCells): Promise<(number | undefined)[]> {
  const { path, batch, column } = cells;
  const { type } = column;
  if (DataType.isNull(type)) return Array.from({ length: batch.rows }, () => undefined);
  // A changed byte may have made them of any width.
  const Integers = DataType.isInt(type) ? integerArrays[type.bitWidth]?.[type.isSigned ? 1 : 0] : undefined;
  if (!Integers) throw invalidShard(path, `integers in the column "${column.name}"`, String(type));
  const isPresent = await presentCells(cells);
  const bytes = await valuesAt(cells, 1, batch.rows * Integers.BYTES_PER_ELEMENT);
  const values = new Integers(bytes.buffer);
  return Array.from(values as ArrayLike<number | bigint>, (value, row) => (isPresent(row) ? Number(value) : undefined));
}

function bufferAt({ path, batch, column }: ArrowCells, which: number): Span {
  const variadic = batch.variadicCounts.slice(0, column.views).reduce((sum, count) => sum + count, 0);
  const buffer = batch.buffers[column.buffer + variadic + which];
  if (buffer) return buffer;
  throw invalidShard(path, `buffers for the column "${column.name}"`, `${batch.buffers.length} in a record batch`);
}

/** The first bytes of a buffer, in memory of their own. */
async function valuesAt(cells: ArrowCells, which: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const { path, reader, column } = cells;
  const buffer = bufferAt(cells, which);
  if (buffer.length < length) {
    throw invalidShard(path, `${length} bytes for the column "${column.name}"`, `${buffer.length} in a record batch`);
  }
  return Uint8Array.from(await reader.read(buffer.start, length));
}
