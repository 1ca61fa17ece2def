import { crc32c } from "@aws-crypto/crc32c";

/**
 * A record of TensorFlow's TFRecord format:
 *
 *     uint64 length | uint32 masked crc of length | bytes | uint32 masked crc of bytes      all little-endian
 *
 * @see tensorflow/core/lib/io/record_writer.h
 */
export function encodeRecord(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + bytes.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedCrc(bytes), true);
  return record;
}

/** The CRC-32C, rotated and shifted so that the checksum of data that holds checksums stays a good one. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
