import { Message, MessageHeader } from "apache-arrow";
import type { Field } from "apache-arrow/fb/field";
import { Message as MessageTable } from "apache-arrow/fb/message";
import { RecordBatch } from "apache-arrow/fb/record-batch";
import { Schema } from "apache-arrow/fb/schema";
import { ByteBuffer } from "flatbuffers";
import { invalidShard } from "./errors.js";

/**
 * A message of an Arrow stream, with the header of a schema or of a record batch decoded.
 *
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD
 */
export function decodeMessage(path: string, bytes: Uint8Array): Message {
  try {
    assertLists(bytes);
    const message = Message.decode(bytes);
    // It is decoded when it is asked for, and may throw.
    if (message.isSchema() || message.isRecordBatch()) message.header();
    return message;
  } catch (cause) {
    throw invalidShard(path, "messages that can be decoded", (cause as Error).message, cause);
  }
}

/** The library believes how long a list is, and would fill the memory with what a changed byte makes four billion. */
function assertLists(bytes: Uint8Array): void {
  // An element takes a byte at least.
  let left = bytes.length;
  const count = (...lengths: number[]) => {
    for (const length of lengths) left -= length >= 0 ? length : Number.POSITIVE_INFINITY;
    if (left < 0) throw new RangeError("a list that is longer than its message");
  };
  const countField = (field: Field) => {
    count(field.childrenLength(), field.customMetadataLength());
    for (let i = 0; i < field.childrenLength(); i++) countField(field.children(i) as Field);
  };
  const message = MessageTable.getRootAsMessage(new ByteBuffer(bytes));
  count(message.customMetadataLength());
  if (message.headerType() === MessageHeader.RecordBatch) {
    const batch = message.header(new RecordBatch()) as RecordBatch;
    count(batch.nodesLength(), batch.buffersLength(), batch.variadicBufferCountsLength());
  }
  if (message.headerType() === MessageHeader.Schema) {
    const schema = message.header(new Schema()) as Schema;
    count(schema.fieldsLength(), schema.customMetadataLength(), schema.featuresLength());
    for (let i = 0; i < schema.fieldsLength(); i++) countField(schema.fields(i) as Field);
  }
}
