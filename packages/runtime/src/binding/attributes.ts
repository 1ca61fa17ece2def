import { invalidArgument } from "@simclr/core";
import { addressOf, type CApi } from "./c-api.js";
import type { Status } from "./status.js";

/** The kinds of attribute of an operation, as TensorFlow.js numbers them (TF_AttrType). */
export const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, resource: 9 } as const;

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/**
 * Sets an attribute of an operation that runs at once (`TFE`) or of a graph's operation in the making (`TF`): the C API
 * has the same functions for both.
 */
export function setAttribute(
  api: CApi,
  target: "TFE_Op" | "TF_",
  operation: bigint,
  { name, type, value }: Attribute,
  status: Status,
): void {
  const list = Array.isArray(value) ? value : undefined;
  if (type === AttributeType.string) {
    const texts = (list ?? [value]).map((text) => Buffer.from(text as string));
    const [first = Buffer.alloc(0)] = texts;
    if (!list) api[`${target}SetAttrString`](operation, name, first, first.length);
    else {
      const pointers = BigUint64Array.from(texts, addressOf);
      const lengths = BigUint64Array.from(texts, (text) => BigInt(text.length));
      api[`${target}SetAttrStringList`](operation, name, pointers, lengths, texts.length);
    }
  } else if (type === AttributeType.int) {
    if (list) api[`${target}SetAttrIntList`](operation, name, BigInt64Array.from(list, BigInt), list.length);
    else api[`${target}SetAttrInt`](operation, name, value as number);
  } else if (type === AttributeType.float) {
    if (list) api[`${target}SetAttrFloatList`](operation, name, Float32Array.from(list), list.length);
    else api[`${target}SetAttrFloat`](operation, name, value as number);
  } else if (type === AttributeType.bool) {
    if (list) api[`${target}SetAttrBoolList`](operation, name, Uint8Array.from(list, Number), list.length);
    else api[`${target}SetAttrBool`](operation, name, value ? 1 : 0);
  } else if (type === AttributeType.type) {
    api[`${target}SetAttrType`](operation, name, value as number);
  } else if (type === AttributeType.shape) {
    const shape = BigInt64Array.from(value as number[], BigInt);
    if (target === "TF_") api.TF_SetAttrShape(operation, name, shape, shape.length);
    else api.TFE_OpSetAttrShape(operation, name, shape, shape.length, status.address);
  } else {
    throw invalidArgument("the attribute", name, `of a kind that TensorFlow.js has a form for, not ${type}`);
  }
}
