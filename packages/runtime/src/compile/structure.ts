import { isTensor, simclrError, type TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import "../errors.js";

/** A tree with the numbers of its tensors in place of the tensors. */
export type Structure = number | readonly Structure[] | { readonly [name: string]: Structure };

/** Takes a tree apart: its tensors in order, and how to put such a tree together again. */
export function takeApart(tree: TensorTree, functionName: string): { structure: Structure; tensors: tf.Tensor[] } {
  const tensors: tf.Tensor[] = [];
  const visit = (part: unknown, path: string): Structure => {
    if (isTensor(part)) {
      if (part.isDisposed) throw tensorDisposed(functionName, path);
      return tensors.push(part) - 1;
    }
    if (Array.isArray(part)) return part.map((child, i) => visit(child, `${path}/${i}`));
    if (typeof part !== "object" || part === null) throw notATensor(functionName, path, part);
    return Object.fromEntries(Object.entries(part).map(([name, child]) => [name, visit(child, `${path}/${name}`)]));
  };
  return { structure: visit(tree, ""), tensors };
}

export function putTogether(structure: Structure, tensors: readonly tf.Tensor[]): TensorTree {
  if (typeof structure === "number") return tensors[structure] as tf.Tensor;
  if (Array.isArray(structure)) return structure.map((part) => putTogether(part, tensors));
  const entries = Object.entries(structure as Record<string, Structure>);
  return Object.fromEntries(entries.map(([name, part]) => [name, putTogether(part, tensors)]));
}

/** What decides whether a recording fits a call: the form of the arguments, their shapes and their types. */
export function signatureOf(structure: Structure, tensors: readonly tf.Tensor[]): string {
  return `${JSON.stringify(structure)} ${tensors.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(" ")}`;
}

function notATensor(functionName: string, path: string, received: unknown) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__NOT_A_TENSOR",
    { function: functionName, path },
    {
      expected: `${functionName} to take and return trees of tensors: tensors, lists and records of them`,
      received: `${typeof received} ${String(received)} at "${path}"`,
      remedy: "Wrap numbers that change from call to call in tf.scalar; close over those that never change.",
    },
  );
}

function tensorDisposed(functionName: string, path: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__TENSOR_DISPOSED",
    { function: functionName, path },
    {
      expected: `the tensors that ${functionName} takes and returns to be alive`,
      received: `a disposed one at "${path}"`,
      remedy: "A tidy or a gradient frees what is made inside it and not returned; tf.keep spares a tensor.",
    },
  );
}
