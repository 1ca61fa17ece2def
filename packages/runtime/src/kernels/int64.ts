import type * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import type { Attribute } from "../binding/attributes.js";
import { DataType } from "../binding/data-types.js";
import { dataType } from "./attributes.js";

/**
 * Runs an operation that speaks int64 for TensorFlow.js, which has int32 alone: the inputs that are named are cast on
 * the way in, int64 outputs on the way out.
 */
export function executeInt64(
  backend: TensorFlowBackend,
  operation: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.Tensor[],
  outputCount: number,
  int64Inputs: readonly tf.Tensor[] = [],
): tf.Tensor[] {
  const { binding } = backend;
  const temporary: number[] = [];
  const cast = (id: number, to: number) => binding.executeOp("Cast", [dataType("DstT", to)], [id], 1);
  try {
    const ids = backend.getInputTensorIds([...inputs]).map((id, i) => {
      if (!int64Inputs.includes(inputs[i] as tf.Tensor)) return id;
      const [{ id: wide } = { id }] = cast(id, DataType.int64);
      temporary.push(wide);
      return wide;
    });
    return binding.executeOp(operation, [...attributes], ids, outputCount).map((output) => {
      if (output.dtype !== DataType.int64) return backend.createOutputTensor(output);
      temporary.push(output.id);
      const [narrow = output] = cast(output.id, DataType.int32);
      return backend.createOutputTensor(narrow);
    });
  } finally {
    for (const id of temporary) binding.deleteTensor(id);
  }
}
