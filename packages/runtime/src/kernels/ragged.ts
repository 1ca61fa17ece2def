import * as tf from "@tensorflow/tfjs-core";
import { DataType } from "../binding/data-types.js";
import { dataType, int, text } from "./attributes.js";
import { registerKernel } from "./kernel.js";

/** tf.raggedGather, tf.raggedRange and tf.raggedTensorToTensor, which tfjs-node lacks. */
export function registerRagged(): void {
  registerKernel<"paramsNestedSplits" | "paramsDenseValues" | "indices", { outputRaggedRank: number }>(
    tf.RaggedGather,
    ({ paramsNestedSplits, paramsDenseValues, indices }, { outputRaggedRank }, backend) => {
      // This one input is a list of tensors, whatever the kernel's type says.
      const splits = paramsNestedSplits as unknown as tf.Tensor[];
      return backend.executeMultipleOutputs(
        "RaggedGather",
        [
          int("PARAMS_RAGGED_RANK", splits.length),
          int("OUTPUT_RAGGED_RANK", outputRaggedRank),
          // Inputs after a list of inputs: here TensorFlow does not infer the types.
          dataType("Tvalues", DataType[paramsDenseValues.dtype as keyof typeof DataType]),
          dataType("Tindices", DataType.int32),
          dataType("Tsplits", DataType.int32),
        ],
        [...splits, paramsDenseValues, indices],
        outputRaggedRank + 1,
      );
    },
  );
  registerKernel<"starts" | "limits" | "deltas", object>(tf.RaggedRange, ({ starts, limits, deltas }, _, backend) =>
    backend.executeMultipleOutputs("RaggedRange", [dataType("Tsplits", DataType.int32)], [starts, limits, deltas], 2),
  );
  registerKernel<"shape" | "values" | "defaultValue" | "rowPartitionTensors", { rowPartitionTypes: readonly string[] }>(
    tf.RaggedTensorToTensor,
    ({ shape, values, defaultValue, rowPartitionTensors }, { rowPartitionTypes }, backend) => {
      const partitions = rowPartitionTensors as unknown as tf.Tensor[];
      return backend.executeSingleOutput(
        "RaggedTensorToTensor",
        [
          int("num_row_partition_tensors", partitions.length),
          text("row_partition_types", rowPartitionTypes),
          dataType("T", DataType[values.dtype as keyof typeof DataType]),
          dataType("Tindex", DataType.int32),
          dataType("Tshape", DataType.int32),
        ],
        [shape, values, defaultValue, ...partitions],
      );
    },
  );
}
