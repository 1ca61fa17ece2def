import { type Attribute, setAttribute } from "./attributes.js";
import type { Native } from "./native.js";

// One call runs at a time on the JavaScript thread, so all share their scratch memory.
const outputs = new BigUint64Array(1024);
const outputCount = new Int32Array(1);

/** Runs one operation on handles; the caller owns the handles that come back. */
export function execute(
  { api, context, status }: Native,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly bigint[],
  count: number,
): bigint[] {
  const operation = api.TFE_NewOp(context, name, status.address);
  status.check(name);
  try {
    for (const input of inputs) {
      api.TFE_OpAddInput(operation, input, status.address);
      status.check(name);
    }
    for (const attribute of attributes) setAttribute(api, "TFE_Op", operation, attribute, status);
    outputCount[0] = count;
    api.TFE_Execute(operation, outputs, outputCount, status.address);
    status.check(name);
  } finally {
    api.TFE_DeleteOp(operation);
  }
  return Array.from(outputs.subarray(0, outputCount[0]));
}
