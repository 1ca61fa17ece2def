import { CompressionType, type Message, type MessageHeader, type Schema } from "apache-arrow";
import { decodeMessage } from "./arrow-metadata.js";
import { invalidShard } from "./errors.js";
import type { RangeReader } from "./read-range.js";

/** Some bytes of a file. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** A record batch that is still in its file. */
export interface ArrowBatch {
  readonly rows: number;
  readonly buffers: readonly Span[];
  /** Of each column of views, how many buffers it has beyond its own two. */
  readonly variadicCounts: readonly number[];
}

/**
 * Reads a file's schema, and where the buffers of its record batches lie, without reading these.
 *
 * The file format is the stream format between two marks, with an index at the end, which is not needed.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD, SIMCLR_ERROR__DATA__UNREADABLE
 */
export async function readMessages(
  path: string,
  reader: RangeReader,
): Promise<{ schema: Schema; batches: ArrowBatch[] }> {
  const isFile = await hasMarks(path, reader);
  let schema: Schema | undefined;
  const batches: ArrowBatch[] = [];
  for (let at = isFile ? 8 : 0; ; ) {
    const [mark, length] = int32s(await reader.read(at, 8));
    if (mark !== -1) throw invalidShard(path, "Arrow's IPC stream or file format", `other bytes at byte ${at}`);
    // The end mark: a stream without it may have lost its last images.
    if (length === 0) break;
    const body = at + 8 + length;
    assertWithin(path, reader, at, body);
    const message = decodeMessage(path, await reader.read(at + 8, length));
    at = body + message.bodyLength;
    assertWithin(path, reader, body, at);
    if (message.isSchema()) schema ??= message.header();
    if (message.isRecordBatch()) batches.push(batchOf(path, message, body));
  }
  if (!schema) throw invalidShard(path, "a schema", "none");
  return { schema, batches };
}

async function hasMarks(path: string, { size, read }: RangeReader): Promise<boolean> {
  const mark = "ARROW1";
  if (size < 8 || (await read(0, 6)).toString("latin1") !== mark) return false;
  if ((await read(size - 6, 6)).toString("latin1") === mark) return true;
  throw invalidShard(path, `${mark} as its last bytes too`, "others: it ends early");
}

const int32s = (bytes: Buffer) => [bytes.readInt32LE(0), bytes.readInt32LE(4)] as const;

function assertWithin(path: string, { size }: RangeReader, start: number, end: number): void {
  if (end >= start && end <= size) return;
  const expected = end > size ? `${end} bytes at least` : "lengths of at least 0";
  throw invalidShard(path, expected, end > size ? `${size}: it ends early` : `${end - start} at byte ${start}`);
}

function batchOf(path: string, message: Message<MessageHeader.RecordBatch>, body: number): ArrowBatch {
  const { length, buffers, compression, variadicBufferCounts } = message.header();
  if (compression) {
    throw invalidShard(path, "record batches that are not compressed", CompressionType[compression.type] as string);
  }
  const isWithin = ({ offset, length }: { offset: number; length: number }) =>
    offset >= 0 && length >= 0 && offset + length <= message.bodyLength;
  if (!buffers.every(isWithin) || length < 0) throw invalidShard(path, "buffers within their record batch", "others");
  return {
    rows: length,
    buffers: buffers.map(({ offset, length }) => ({ start: body + offset, length })),
    variadicCounts: variadicBufferCounts,
  };
}
