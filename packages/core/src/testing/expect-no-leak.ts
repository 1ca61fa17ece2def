import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { disposeTree, type TensorTree } from "../tree.js";

/** Runs a function and fails unless the tensors it returns are all that it left behind. Frees them. */
export function expectNoLeak(fn: () => TensorTree | undefined): void {
  const before = tf.memory().numTensors;
  const result = fn();
  if (result !== undefined) disposeTree(result);
  expect(tf.memory().numTensors - before, "tensors left behind").toBe(0);
}
