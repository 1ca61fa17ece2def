import { float32FromBfloat16, float32FromFloat16, type HostTensor } from "@simclr/core";
import { fileDamaged } from "../errors.js";

/** A run of numbers that tensors look into; its bytes may come later in the file than the tensors. */
export interface TorchStorage {
  readonly key: string;
  /** `FloatStorage`, `LongStorage`, ... */
  readonly type: string;
}

/** A tensor as PyTorch pickles it: a window of a storage. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const elements: Readonly<Record<string, { size: number; decode(bytes: ArrayBuffer): ArrayLike<number> }>> = {
  FloatStorage: { size: 4, decode: (bytes) => new Float32Array(bytes) },
  DoubleStorage: { size: 8, decode: (bytes) => new Float64Array(bytes) },
  HalfStorage: { size: 2, decode: (bytes) => float32FromFloat16(new Uint16Array(bytes)) },
  BFloat16Storage: { size: 2, decode: (bytes) => float32FromBfloat16(new Uint16Array(bytes)) },
  LongStorage: { size: 8, decode: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number) },
  IntStorage: { size: 4, decode: (bytes) => new Int32Array(bytes) },
  ShortStorage: { size: 2, decode: (bytes) => new Int16Array(bytes) },
  CharStorage: { size: 1, decode: (bytes) => new Int8Array(bytes) },
  ByteStorage: { size: 1, decode: (bytes) => new Uint8Array(bytes) },
  BoolStorage: { size: 1, decode: (bytes) => new Uint8Array(bytes) },
};

/** How many bytes one number of a storage takes; undefined for a type that is not read. */
export const elementSize = (storageType: string): number | undefined => elements[storageType]?.size;

/**
 * A tensor's numbers in row-major order, whatever its strides: channels-last and transposed ones too. float16, bfloat16 and
 * float64 become float32, whole numbers int32.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED
 */
export function materialize(tensor: TorchTensor, storageBytes: Uint8Array, file: string): HostTensor {
  const { storage, offset, shape, strides } = tensor;
  const element = elements[storage.type];
  if (!element) throw fileDamaged(file, `it has a tensor of a ${storage.type}, which is not read`);
  const size = shape.reduce((product, n) => product * n, 1);
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * (strides[axis] ?? Number.NaN), offset);
  if (size > 0 && !(offset >= 0 && strides.every((n) => n >= 0) && element.size * (last + 1) <= storageBytes.length)) {
    throw fileDamaged(file, `a tensor of shape [${shape.join(", ")}] reaches beyond its storage ${storage.key}`);
  }
  const end = size > 0 ? last + 1 : offset;
  // A copy begins a buffer of its own, so it is aligned; the slice of a Node Buffer would be none.
  const window = new Uint8Array(storageBytes.subarray(element.size * offset, element.size * end));
  const from = element.decode(window.buffer);
  const isWhole = !/Float|Double|Half/.test(storage.type);
  const values = isWhole ? new Int32Array(size) : new Float32Array(size);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < size; i++) {
    values[i] = from[at] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      at -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return { dtype: isWhole ? "int32" : "float32", shape: [...shape], values } as HostTensor;
}
