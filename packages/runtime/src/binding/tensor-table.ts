import { simclrError } from "@simclr/core";
import "../errors.js";
import type { GraphOutput } from "./c-api.js";
import type { HostValues } from "./host-tensor.js";

/** A tensor as the binding knows it: in TensorFlow's memory, or a value in a recording that has not run yet. */
export interface TensorEntry {
  readonly shape: readonly number[];
  readonly dtype: number;
  /** TFE_TensorHandle. */
  handle?: bigint;
  /** The value inside a recording, and the operation that makes it. */
  readonly node?: GraphOutput;
  readonly operation?: string;
  /** Its place among the arguments of the function that is recorded. */
  readonly argument?: number;
  /** The values of a tensor that was made while a function was recorded: they reach TensorFlow when they are used. */
  readonly values?: HostValues;
  /** Reads of the handle that are under way on other threads. */
  reads?: number;
  /** Set when the tensor was deleted while it was read: the last read frees it. */
  deleted?: boolean;
}

/** Tensors by number. Numbers are never used again; there are 2^53 of them. */
export class TensorTable {
  private readonly entries = new Map<number, TensorEntry>();
  private next = 1;

  add(entry: TensorEntry): number {
    const id = this.next++;
    this.entries.set(id, entry);
    return id;
  }

  get(id: number): TensorEntry {
    const entry = this.entries.get(id);
    if (entry) return entry;
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__TENSOR_UNKNOWN",
      { id },
      {
        expected: "a tensor that is alive",
        received: `number ${id}, which is none`,
        remedy: "The tensor was disposed, or was made while a function was recorded and left it on a side path.",
      },
    );
  }

  /** Whether a tensor has no value of its own, but stands for one of a recording. */
  isRecorded(id: number): boolean {
    const entry = this.entries.get(id);
    return entry?.node !== undefined || entry?.argument !== undefined;
  }

  remove(id: number): TensorEntry {
    const entry = this.get(id);
    this.entries.delete(id);
    return entry;
  }

  get size(): number {
    return this.entries.size;
  }
}

/** A tensor of a recording has no value: it stands for one that every call computes anew. */
export function escapedTensor({ shape, operation = "an argument" }: TensorEntry) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__RECORDED_TENSOR_ESCAPED",
    { operation, shape: [...shape] },
    {
      expected: "tensors of a compiled function to be used inside it alone",
      received: `the result of ${operation} of shape [${shape.join(", ")}], used outside`,
      remedy: "Return the tensor from the function; do not keep it in a variable outside.",
    },
  );
}
