import { simclrError } from "./errors.js";
import { float32FromBfloat16, float32FromFloat16 } from "./half-precision.js";

/** A tensor's numbers on the host. */
export interface HostTensor {
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Whole numbers of 64 bits, which TensorFlow.js has not and PyTorch's files hold: they can be written. */
export interface Int64Tensor {
  readonly dtype: "int64";
  readonly shape: readonly number[];
  readonly values: BigInt64Array;
}

/** Where a tensor lies in a safetensors file; offsets in bytes from the end of the header. */
export interface SafetensorsEntry {
  readonly stored: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** In the order in which the format's own library sorts. */
const dtypeNames = { int64: "I64", float32: "F32", int32: "I32" } as const;
const dtypeOrder = Object.keys(dtypeNames);
/** The types that are read, with their bytes. */
const byteSizes = { F32: 4, I32: 4, F16: 2, BF16: 2, I64: 8 } as const;
type StoredType = keyof typeof byteSizes;
const alignment = 8;
/** The format's own limit, 100 MB: a length beyond it is not a header's. */
const longestHeader = 100_000_000;

/**
 * The pieces of a safetensors file, in order: the header, then each tensor's bytes without a copy. Tensors are sorted
 * as the format's own library sorts them, int64 before float32 before int32 and then by name, so the same tensors give the same file.
 *
 * @see https://github.com/huggingface/safetensors, section Format: 8 bytes of little-endian length, JSON, data
 */
export function safetensorsChunks(
  tensors: ReadonlyMap<string, HostTensor | Int64Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const rank = ({ dtype }: HostTensor | Int64Tensor) => dtypeOrder.indexOf(dtype);
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) => rank(a) - rank(b) || compare(nameA, nameB));
  let offset = 0;
  const described = sorted.map(([name, { dtype, shape, values }]) => {
    const begin = offset;
    offset += values.byteLength;
    return [name, { dtype: dtypeNames[dtype], shape, data_offsets: [begin, offset] }] as const;
  });
  const named = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const json = new TextEncoder().encode(JSON.stringify({ ...named, ...Object.fromEntries(described) }));
  const paddedLength = Math.ceil(json.length / alignment) * alignment;
  const header = new Uint8Array(8 + paddedLength).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(paddedLength), true);
  header.set(json, 8);
  return [header, ...sorted.map(([, { values }]) => bytesOf(values))];
}

/** A whole safetensors file in memory; see {@link safetensorsChunks}. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor | Int64Tensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const chunks = safetensorsChunks(tensors, metadata);
  const file = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    file.set(chunk, offset);
    offset += chunk.length;
  }
  return file;
}

/**
 * Reads a whole safetensors file that is in memory. float16 and bfloat16 become float32, exactly; int64 becomes int32.
 *
 * @throws SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@simclr/core";
 * const kernel = { dtype: "float32", shape: [2], values: Float32Array.of(1, 2) } as const;
 * const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["kernel", kernel]])));
 * console.log(tensors.get("kernel")?.values); // Float32Array [1, 2]
 * ```
 */
export function decodeSafetensors(
  file: Uint8Array,
  name = "the safetensors file",
): { tensors: Map<string, HostTensor>; metadata: Readonly<Record<string, string>> } {
  const start = 8 + headerLength(file, file.length, name);
  const { entries, metadata } = parseSafetensorsHeader(file.subarray(8, start), file.length - start, name);
  const tensors = new Map<string, HostTensor>();
  for (const [tensor, entry] of entries) {
    tensors.set(tensor, hostTensor(entry, new Uint8Array(file.subarray(start + entry.begin, start + entry.end))));
  }
  return { tensors, metadata };
}

/** The header's length, from the file's first eight bytes. */
export function headerLength(start: Uint8Array, fileLength: number, name: string): number {
  if (start.length < 8) throw invalid(name, `it has ${start.length} bytes; the header's length alone takes 8`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > longestHeader || 8 + length > fileLength) {
    throw invalid(name, `it names a header of ${length} bytes in a file of ${fileLength}`);
  }
  return length;
}

/** Reads a header and checks that its tensors fill the data exactly, without a gap or an overlap. */
export function parseSafetensorsHeader(header: Uint8Array, dataLength: number, name: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...described } = parseJson(header, name);
  const entries = new Map(Object.entries(described).map(([tensor, entry]) => [tensor, readEntry(tensor, entry, name)]));
  let end = 0;
  for (const [tensor, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) throw invalid(name, `tensor "${tensor}" begins at byte ${entry.begin}, not at ${end}`);
    end = entry.end;
  }
  if (end !== dataLength) throw invalid(name, `its tensors take ${end} bytes and ${dataLength} are there`);
  return { entries, metadata: metadata as Record<string, string> };
}

/** A tensor of its own bytes. */
export function hostTensor({ stored, shape }: SafetensorsEntry, bytes: Uint8Array<ArrayBuffer>): HostTensor {
  // Copied bytes begin a buffer of their own, so they are aligned; a Node Buffer's slice would not.
  const { buffer } = bytes;
  if (stored === "I32") return { dtype: "int32", shape, values: new Int32Array(buffer) };
  if (stored === "I64") return { dtype: "int32", shape, values: Int32Array.from(new BigInt64Array(buffer), Number) };
  if (stored === "F16") return { dtype: "float32", shape, values: float32FromFloat16(new Uint16Array(buffer)) };
  if (stored === "BF16") return { dtype: "float32", shape, values: float32FromBfloat16(new Uint16Array(buffer)) };
  return { dtype: "float32", shape, values: new Float32Array(buffer) };
}

function parseJson(header: Uint8Array, name: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch (cause) {
    throw invalid(name, "its header is not JSON", cause);
  }
  throw invalid(name, "its header is not a JSON object");
}

function readEntry(tensor: string, entry: unknown, name: string): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const known = Object.keys(byteSizes) as StoredType[];
  const stored = known.find((type) => type === dtype);
  if (!stored) {
    throw invalid(name, `tensor "${tensor}" is of type ${JSON.stringify(dtype)}; ${known.join(", ")} are read`);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw invalid(name, `tensor "${tensor}" has no shape or no offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const byteLength = byteSizes[stored] * shape.reduce((product, size) => product * size, 1);
  if (end - begin !== byteLength) {
    throw invalid(
      name,
      `tensor "${tensor}" of shape [${shape.join(", ")}] takes ${byteLength} bytes, not ${end - begin}`,
    );
  }
  return { stored, shape, begin, end };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function bytesOf(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function invalid(file: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__CORE__SAFETENSORS_INVALID",
    { file, reason },
    {
      expected: `${file} to be a safetensors file`,
      received: `another one: ${reason}`,
      remedy: "The file is damaged, cut off or of another format; take another checkpoint or copy it again.",
    },
    cause,
  );
}
