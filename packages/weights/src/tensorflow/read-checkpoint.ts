import { float32FromBfloat16, float32FromFloat16, type HostTensor } from "@simclr/core";
import { fileDamaged } from "../errors.js";
import type { NamedFiles } from "../named-files.js";
import {
  type BundleEntry,
  decodeBundleEntry,
  decodeBundleHeader,
  decodeObjectGraph,
  type TrackableNode,
} from "./bundle-messages.js";
import { Cursor, maskedCrc, readSortedTable } from "./sorted-table.js";

/** What lies in a TensorFlow checkpoint. */
export interface TensorFlowCheckpoint {
  /** By key: `base_model/conv2d/kernel`, or `model/.../kernel/.ATTRIBUTES/VARIABLE_VALUE`. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** The objects that TensorFlow 2 keeps beside its variables; absent in a checkpoint of TensorFlow 1. */
  readonly objects?: readonly TrackableNode[];
}

const objectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";
const stringType = 7;

/** TensorFlow's numbers of the types that are read. */
const decoders: Readonly<Record<number, (bytes: ArrayBuffer) => Float32Array | Int32Array>> = {
  1: (bytes) => new Float32Array(bytes),
  2: (bytes) => Float32Array.from(new Float64Array(bytes)),
  3: (bytes) => new Int32Array(bytes),
  9: (bytes) => Int32Array.from(new BigInt64Array(bytes), Number),
  14: (bytes) => float32FromBfloat16(new Uint16Array(bytes)),
  19: (bytes) => float32FromFloat16(new Uint16Array(bytes)),
};

/**
 * Reads a checkpoint of TensorFlow 1 or 2: `<name>.index` and `<name>.data-00000-of-00001`, or `variables.index` and
 * `variables.data-...` of a SavedModel. Every tensor's CRC-32C is checked. float64, float16 and bfloat16 become float32, int64
 * int32; tensors of other types, texts among them, are passed over.
 *
 * @param files the index and all its data files, by name; borrowed
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED
 * @see tensorflow/core/util/tensor_bundle/tensor_bundle.cc
 * @example
 * ```ts
 * import { readTensorFlowCheckpoint } from "@simclr/weights";
 * const read = (index: Uint8Array, data: Uint8Array) =>
 *   readTensorFlowCheckpoint({ "model.ckpt.index": index, "model.ckpt.data-00000-of-00001": data }).tensors;
 * console.log(typeof read);
 * ```
 */
export function readTensorFlowCheckpoint(files: NamedFiles): TensorFlowCheckpoint {
  const index = Object.keys(files).find((name) => name.endsWith(".index"));
  if (index === undefined) throw fileDamaged("the TensorFlow checkpoint", "it has no .index file");
  const table = readSortedTable(files[index] as Uint8Array, index);
  const { numShards, endianness } = decodeBundleHeader(table.get("") ?? new Uint8Array());
  if (numShards < 1) throw fileDamaged(index, "it has no header");
  if (endianness !== 0) throw fileDamaged(index, "its numbers are big-endian");
  table.delete("");
  const stem = index.slice(0, -".index".length);
  const tensors = new Map<string, HostTensor>();
  let objects: readonly TrackableNode[] | undefined;
  for (const [key, value] of table) {
    const entry = decodeBundleEntry(value);
    const decoder = decoders[entry.dtype];
    const isGraph = key === objectGraphKey && entry.dtype === stringType;
    if (entry.slices.length > 0 || (!decoder && !isGraph)) continue;
    const shard = `${stem}.data-${pad(entry.shardId)}-of-${pad(numShards)}`;
    const bytes = bytesOf(files, shard, key, entry);
    if (isGraph) objects = decodeObjectGraph(onlyString(bytes, shard));
    if (!decoder) continue;
    checkSum(maskedCrc(bytes), key, entry, shard);
    const values = decoder(new Uint8Array(bytes).buffer);
    const shape = entry.shape?.dim.map(({ size }) => size) ?? [];
    if (values.length !== shape.reduce((product, size) => product * size, 1)) {
      throw fileDamaged(shard, `tensor "${key}" has ${values.length} numbers for the shape [${shape.join(", ")}]`);
    }
    tensors.set(key, { dtype: values instanceof Int32Array ? "int32" : "float32", shape, values });
  }
  return { tensors, ...(objects && { objects }) };
}

function bytesOf(files: NamedFiles, shard: string, key: string, { offset, size }: BundleEntry): Uint8Array {
  const data = files[shard];
  if (!data) throw fileDamaged(shard, "it is missing beside its index");
  if (offset + size > data.length) throw fileDamaged(shard, `tensor "${key}" ends after the file's end`);
  return data.subarray(offset, offset + size);
}

function checkSum(found: number, key: string, entry: BundleEntry, shard: string): void {
  if (found !== entry.crc32c) throw fileDamaged(shard, `tensor "${key}" has another checksum than it was written with`);
}

/** A tensor of one text: its length, the length's checksum, its bytes. */
function onlyString(bytes: Uint8Array, shard: string): Uint8Array {
  const cursor = new Cursor(bytes, 0, (reason) => fileDamaged(shard, reason));
  const length = cursor.varint();
  cursor.take(4);
  return cursor.take(length);
}

const pad = (n: number) => String(n).padStart(5, "0");
