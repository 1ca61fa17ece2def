import { simclrError } from "@simclr/core";
import "../errors.js";
import type { CApi } from "./c-api.js";
import { bytesPerElement, DataType, dataTypeName, elementCount } from "./data-types.js";
import { newHostBytes } from "./host-bytes.js";

export type HostArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;
/** What TensorFlow.js hands over as a tensor's values. */
export type HostValues = HostArray | Uint8Array[] | readonly (number | boolean | string)[];

const stringBytes = 24; // sizeof(TF_TString)

/** A TF_Tensor with a copy of the values; the caller deletes it. */
export function newHostTensor(api: CApi, shape: readonly number[], dtype: number, values: HostValues): bigint {
  const count = elementCount(shape);
  const bytes = dtype === DataType.string ? undefined : asArray(shape, dtype, values, count);
  const byteCount = bytes?.byteLength ?? count * stringBytes;
  const dimensions = BigInt64Array.from(shape, BigInt);
  const tensor = api.TF_AllocateTensor(dtype, dimensions, shape.length, byteCount);
  if (byteCount === 0) return tensor;
  const data = api.TF_TensorData(tensor);
  if (bytes) api.memcpy(data, bytes, byteCount);
  else writeStrings(api, data, values as Uint8Array[], count);
  return tensor;
}

function writeStrings(api: CApi, data: bigint, values: readonly (Uint8Array | string)[], count: number): void {
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? "";
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    const place = data + BigInt(i * stringBytes);
    api.TF_StringInit(place);
    api.TF_StringCopy(place, bytes, bytes.byteLength);
  }
}

/** The values as an array of the bytes that TensorFlow expects. int64 comes as such, or as pairs of int32 (low, high). */
function asArray(shape: readonly number[], dtype: number, values: HostValues, count: number): ArrayBufferView {
  const array = ArrayBuffer.isView(values) ? values : fromNumbers(dtype, values as number[]);
  const width = bytesPerElement[dtype];
  if (width !== undefined && array.byteLength === count * width) return array;
  const length = (array as Uint8Array).length;
  if (length === count && dtype !== DataType.complex64) return fromNumbers(dtype, Array.from(array as Uint8Array));
  throw simclrError(
    "SIMCLR_ERROR__RUNTIME__VALUES_MISMATCH",
    { dtype: dataTypeName(dtype), shape: [...shape], length },
    {
      expected: `${count} values of ${dataTypeName(dtype)} for shape [${shape.join(", ")}]`,
      received: `${array.constructor.name} of length ${length}`,
      remedy: "Pass as many values as the shape has elements.",
    },
  );
}

function fromNumbers(dtype: number, values: readonly (number | bigint)[]): HostArray {
  const numbers = values as readonly number[];
  if (dtype === DataType.int32) return Int32Array.from(numbers);
  if (dtype === DataType.int64) return BigInt64Array.from(values, BigInt);
  if (dtype === DataType.bool || dtype === DataType.uint8) return Uint8Array.from(numbers);
  return Float32Array.from(numbers);
}

/** The values of a TF_Tensor, copied. complex64 comes interleaved, strings as their bytes. */
export function readHostTensor(api: CApi, tensor: bigint, dtype: number): HostArray | Uint8Array[] {
  if (dtype === DataType.string) return readStrings(api, tensor);
  const byteCount = api.TF_TensorByteSize(tensor);
  const bytes = newHostBytes(byteCount);
  if (byteCount > 0) api.memcpy(bytes, api.TF_TensorData(tensor), byteCount);
  const { buffer } = bytes;
  switch (dtype) {
    case DataType.float32:
    case DataType.complex64:
      return new Float32Array(buffer);
    case DataType.int32:
      return new Int32Array(buffer);
    case DataType.int64:
      return new BigInt64Array(buffer);
    case DataType.uint8: // labelled int32, the only integer that TensorFlow.js has
      return Int32Array.from(bytes);
    default:
      return bytes;
  }
}

function readStrings(api: CApi, tensor: bigint): Uint8Array[] {
  const data = api.TF_TensorData(tensor);
  return Array.from({ length: api.TF_TensorElementCount(tensor) }, (_, i) => {
    const place = data + BigInt(i * stringBytes);
    const bytes = new Uint8Array(api.TF_StringGetSize(place));
    if (bytes.length > 0) api.memcpy(bytes, api.TF_StringGetDataPointer(place), bytes.length);
    return bytes;
  });
}
