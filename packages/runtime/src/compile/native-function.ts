import { allocate, free } from "../binding/c-api.js";
import type { Native } from "../binding/native.js";
import { Status } from "../binding/status.js";

export interface NativeFunction {
  readonly name: string;
  readonly xla: boolean;
  readonly outputCount: number;
}

/** Calls a function of the eager context; the caller owns the handles that come back. */
export function callFunction(native: Native, called: NativeFunction, inputs: BigUint64Array): BigUint64Array {
  const { api, status } = native;
  const operation = newCall(native, called, inputs, status);
  const outputs = new BigUint64Array(called.outputCount);
  const count = Int32Array.of(called.outputCount);
  try {
    api.TFE_Execute(operation, outputs, count, status.address);
    status.check(called.name);
  } finally {
    api.TFE_DeleteOp(operation);
  }
  return outputs;
}

/** As {@link callFunction}, on another thread. TensorFlow holds the inputs: they may be deleted once this has returned. */
export async function callFunctionAsync(
  native: Native,
  called: NativeFunction,
  inputs: BigUint64Array,
): Promise<BigUint64Array> {
  const { api } = native;
  const status = new Status(api);
  const outputs = new BigUint64Array(called.outputCount);
  const memory = allocate(outputs.byteLength + 4);
  const count = memory + BigInt(outputs.byteLength);
  let operation: bigint | undefined;
  try {
    const call = newCall(native, called, inputs, status);
    operation = call;
    api.memcpy(count, Int32Array.of(called.outputCount), 4);
    await new Promise<void>((resolve, reject) =>
      api.TFE_Execute.async(call, memory, count, status.address, (error) => (error ? reject(error) : resolve())),
    );
    status.check(called.name);
    api.memcpy(outputs, memory, outputs.byteLength);
    return outputs;
  } finally {
    if (operation !== undefined) api.TFE_DeleteOp(operation);
    free(memory);
    status.delete();
  }
}

function newCall(
  { api, context }: Native,
  { name, xla }: NativeFunction,
  inputs: BigUint64Array,
  status: Status,
): bigint {
  const operation = api.TFE_NewOp(context, name, status.address);
  status.check(name);
  for (const input of inputs) api.TFE_OpAddInput(operation, input, status.address);
  if (xla) api.TFE_OpSetAttrBool(operation, "_XlaMustCompile", 1);
  return operation;
}
