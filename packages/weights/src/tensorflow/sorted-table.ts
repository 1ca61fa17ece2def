import { crc32c } from "@aws-crypto/crc32c";
import { fileDamaged } from "../errors.js";

const magic = 0xdb4775248b80fb57n;
const footerLength = 48;
const trailerLength = 5;

/**
 * The entries of a table of sorted keys, LevelDB's format, in which TensorFlow keeps a checkpoint's index.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED
 * @see leveldb doc/table_format.md; tensorflow/core/lib/io/table.cc
 */
export function readSortedTable(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const damaged = (reason: string) => fileDamaged(file, reason);
  if (!isSortedTable(bytes)) throw damaged("it does not end as a table of sorted keys does");
  const footer = new Cursor(bytes, bytes.length - footerLength, damaged);
  footer.varint();
  footer.varint(); // the metaindex, which TensorFlow leaves empty
  const index = readBlock(bytes, footer.varint(), footer.varint(), damaged);
  const entries = new Map<string, Uint8Array>();
  for (const [, handle] of blockEntries(index, damaged)) {
    const cursor = new Cursor(handle, 0, damaged);
    const block = readBlock(bytes, cursor.varint(), cursor.varint(), damaged);
    for (const [key, value] of blockEntries(block, damaged)) entries.set(key, value);
  }
  return entries;
}

/** Whether bytes end with the table's magic number. */
export function isSortedTable(bytes: Uint8Array): boolean {
  if (bytes.length < footerLength) return false;
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8).getBigUint64(0, true) === magic;
}

/** A CRC-32C as TensorFlow stores it: rotated and shifted, so that the checksum of data that holds checksums stays a good one. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

type Damaged = (reason: string) => Error;

function readBlock(bytes: Uint8Array, offset: number, size: number, damaged: Damaged): Uint8Array {
  if (offset + size + trailerLength > bytes.length) throw damaged(`a block of ${size} bytes at ${offset} is cut off`);
  // The checksum is of the block and its type.
  const checked = bytes.subarray(offset, offset + size + 1);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + offset + size + 1, 4).getUint32(0, true);
  if (maskedCrc(checked) !== stored)
    throw damaged(`the block at ${offset} has another checksum than it was written with`);
  if (checked[size] !== 0)
    throw damaged(`the block at ${offset} is compressed, which TensorFlow's checkpoints are not`);
  return checked.subarray(0, size);
}

function* blockEntries(block: Uint8Array, damaged: Damaged): Generator<[key: string, value: Uint8Array]> {
  if (block.length < 4) throw damaged("a block has no restart points");
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const end = block.length - 4 * (1 + view.getUint32(block.length - 4, true));
  const cursor = new Cursor(block, 0, damaged);
  let previous = new Uint8Array();
  while (cursor.position < end) {
    const [shared, own, valueLength] = [cursor.varint(), cursor.varint(), cursor.varint()];
    const key = new Uint8Array(shared + own);
    key.set(previous.subarray(0, shared));
    key.set(cursor.take(own), shared);
    previous = key;
    yield [new TextDecoder().decode(key), cursor.take(valueLength)];
  }
}

/** Reads variable-length numbers and pieces of bytes, one after the other. */
export class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
    private readonly damaged: Damaged,
  ) {}

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.position++];
      if (byte === undefined || factor > 2 ** 56) throw this.damaged("it is cut off within a number");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    if (this.position + length > this.bytes.length) throw this.damaged("it is cut off within an entry");
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}
