import pLimit from "p-limit";
import { DataType } from "./data-types.js";
import { type HostValues, newHostTensor, readHostTensor } from "./host-tensor.js";
import type { Native } from "./native.js";
import { Status } from "./status.js";

/** A new TFE_TensorHandle with a copy of the values, on the GPU where there is one; the caller deletes it. */
export function newHandle(native: Native, shape: readonly number[], dtype: number, values: HostValues): bigint {
  const { api, status, gpu, context } = native;
  const tensor = newHostTensor(api, shape, dtype, values);
  const handle = api.TFE_NewTensorHandle(tensor, status.address);
  api.TF_DeleteTensor(tensor);
  status.check("the making of a tensor");
  // TensorFlow keeps int32 and strings in the host's memory: most operations want them there.
  if (gpu === undefined || dtype === DataType.int32 || dtype === DataType.string) return handle;
  const copy = api.TFE_TensorHandleCopyToDevice(handle, context, gpu, status.address);
  api.TFE_DeleteTensorHandle(handle);
  status.check("the copy of a tensor to the GPU");
  return copy;
}

export function shapeOf({ api, status }: Native, handle: bigint): number[] {
  const rank = api.TFE_TensorHandleNumDims(handle, status.address);
  if (rank < 0) status.check("the computation of a tensor");
  const shape: number[] = new Array(rank);
  for (let axis = 0; axis < rank; axis++) shape[axis] = Number(api.TFE_TensorHandleDim(handle, axis, status.address));
  return shape;
}

export function readHandle({ api, status }: Native, handle: bigint, dtype: number) {
  const tensor = api.TFE_TensorHandleResolve(handle, status.address);
  status.check("the computation of a tensor");
  const values = readHostTensor(api, tensor, dtype);
  api.TF_DeleteTensor(tensor);
  return values;
}

/** Koffi refuses more than 256 calls at a time, and a large network's parameters are more; the threads are few anyway. */
const readingQueue = pLimit(32);

/** As {@link readHandle}, but waits for the values on another thread. The handle must live until then. */
export function readHandleAsync(native: Native, handle: bigint, dtype: number) {
  return readingQueue(waitForValues, native, handle, dtype);
}

async function waitForValues({ api }: Native, handle: bigint, dtype: number) {
  const status = new Status(api);
  try {
    const tensor = await new Promise<bigint>((resolve, reject) =>
      api.TFE_TensorHandleResolve.async(handle, status.address, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
    status.check("the computation of a tensor");
    const values = readHostTensor(api, tensor, dtype);
    api.TF_DeleteTensor(tensor);
    return values;
  } finally {
    status.delete();
  }
}
