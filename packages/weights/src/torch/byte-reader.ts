import { fileDamaged } from "../errors.js";

/** Reads little-endian numbers and text from bytes, one after the other. */
export class ByteReader {
  position = 0;
  private readonly view: DataView;

  constructor(
    private readonly source: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  uint8 = () => this.view.getUint8(this.advance(1));
  uint16 = () => this.view.getUint16(this.advance(2), true);
  uint32 = () => this.view.getUint32(this.advance(4), true);
  int32 = () => this.view.getInt32(this.advance(4), true);
  uint64 = () => Number(this.view.getBigUint64(this.advance(8), true));
  bigEndianFloat64 = () => this.view.getFloat64(this.advance(8));
  skip = (length: number) => void this.advance(length);

  bytes(length: number): Uint8Array {
    const start = this.advance(length);
    return this.source.subarray(start, start + length);
  }

  text = (length: number) => new TextDecoder().decode(this.bytes(length));

  /** The text before the next line feed. */
  line(): string {
    const end = this.source.indexOf(10, this.position);
    const text = this.text(end < 0 ? this.source.length + 1 : end - this.position);
    this.position++;
    return text;
  }

  /** A whole number in two's complement; a bigint where a number would round. */
  long(length: number): number | bigint {
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    if (length > 0 && (bytes[length - 1] as number) >= 0x80) value -= 1n << BigInt(8 * length);
    return BigInt.asIntN(54, value) === value ? Number(value) : value;
  }

  private advance(length: number): number {
    const start = this.position;
    if (!(length >= 0 && start + length <= this.source.length)) {
      throw fileDamaged(this.file, `it ends at byte ${this.source.length}, before what it announces`);
    }
    this.position += length;
    return start;
  }
}
