import { type Attribute, AttributeType, setAttribute } from "../binding/attributes.js";
import { allocate, free } from "../binding/c-api.js";
import { DataType } from "../binding/data-types.js";
import { newHostTensor } from "../binding/host-tensor.js";
import type { Native } from "../binding/native.js";
import { Status } from "../binding/status.js";
import { Graph } from "../compile/graph.js";

/** An image that TensorFlow holds; whoever gets it deletes the tensor. */
export interface DecodedTensor {
  readonly tensor: bigint;
  readonly height: number;
  readonly width: number;
}

// DecodeJpeg exists for the processor alone; on a GPU a function's results would be copied there.
const processor = "/job:localhost/replica:0/task:0/device:CPU:0";
const handleBytes = 8;

/** Decodes files in one call on another thread, all of them or none. */
export async function decodeJpegs(
  native: Native,
  files: readonly Uint8Array[],
  shrink: number,
): Promise<DecodedTensor[]> {
  const { api, context } = native;
  const status = new Status(api);
  const handles = new BigUint64Array(files.length);
  const memory = allocate(handles.byteLength + 4);
  const count = memory + BigInt(files.length * handleBytes);
  let operation: bigint | undefined;
  try {
    // One file needs no function, and is decoded by the thread that calls.
    const isOne = files.length === 1;
    const name = isOne ? "DecodeJpeg" : decoderOf(native, files.length, shrink);
    const call = api.TFE_NewOp(context, name, status.address);
    status.check(name);
    operation = call;
    if (isOne) for (const attribute of attributesOf(shrink)) setAttribute(api, "TFE_Op", call, attribute, status);
    api.TFE_OpSetDevice(call, processor, status.address);
    for (const file of files) addFile(native, call, file, status);
    api.memcpy(count, Int32Array.of(files.length), 4);
    await new Promise<void>((resolve, reject) =>
      api.TFE_Execute.async(call, memory, count, status.address, (error) => (error ? reject(error) : resolve())),
    );
    status.check("DecodeJpeg");
    api.memcpy(handles, memory, handles.byteLength);
    return Array.from(handles, (handle) => resolved(native, handle, status));
  } finally {
    if (operation !== undefined) api.TFE_DeleteOp(operation);
    free(memory);
    status.delete();
  }
}

const made = new WeakMap<Native, Set<string>>();

const attributesOf = (shrink: number): Attribute[] => [
  { name: "channels", type: AttributeType.int, value: 3 },
  { name: "ratio", type: AttributeType.int, value: shrink },
  { name: "dct_method", type: AttributeType.string, value: "INTEGER_ACCURATE" },
];

/** The name of a function that decodes so many files; it is made when it is first asked for. */
function decoderOf(native: Native, count: number, shrink: number): string {
  const name = `SimclrDecodeJpeg${count}Shrink${shrink}`;
  const names = made.get(native) ?? new Set<string>();
  made.set(native, names);
  if (names.has(name)) return name;
  const attributes = attributesOf(shrink);
  const graph = new Graph(native);
  const files = Array.from({ length: count }, () => graph.placeholder([], DataType.string));
  const images = files.map((file) => ({ oper: graph.add("DecodeJpeg", attributes, [file]), index: 0 }));
  graph.toFunction(name, files, images);
  graph.delete();
  names.add(name);
  return name;
}

function addFile({ api }: Native, operation: bigint, file: Uint8Array, status: Status): void {
  const tensor = newHostTensor(api, [], DataType.string, [file]);
  const handle = api.TFE_NewTensorHandle(tensor, status.address);
  api.TF_DeleteTensor(tensor);
  status.check("the making of a tensor");
  api.TFE_OpAddInput(operation, handle, status.address);
  api.TFE_DeleteTensorHandle(handle);
}

/** Deletes the handle. */
function resolved({ api }: Native, handle: bigint, status: Status): DecodedTensor {
  const tensor = api.TFE_TensorHandleResolve(handle, status.address);
  const height = Number(api.TFE_TensorHandleDim(handle, 0, status.address));
  const width = Number(api.TFE_TensorHandleDim(handle, 1, status.address));
  api.TFE_DeleteTensorHandle(handle);
  status.check("the decoding of an image");
  return { tensor, height, width };
}
