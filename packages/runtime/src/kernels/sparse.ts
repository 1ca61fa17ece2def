import * as tf from "@tensorflow/tfjs-core";
import { executeInt64 } from "./int64.js";
import { registerKernel } from "./kernel.js";

/** tf.sparse, which tfjs-node lacks. */
export function registerSparse(): void {
  registerKernel<"indices" | "values" | "denseShape" | "defaultValue", object>(
    tf.SparseFillEmptyRows,
    ({ indices, values, denseShape, defaultValue }, _, backend) =>
      executeInt64(backend, "SparseFillEmptyRows", [], [indices, values, denseShape, defaultValue], 4, [
        indices,
        denseShape,
      ]),
  );
  registerKernel<"inputIndices" | "inputShape" | "newShape", object>(
    tf.SparseReshape,
    ({ inputIndices, inputShape, newShape }, _, backend) => {
      const inputs = [inputIndices, inputShape, newShape];
      return executeInt64(backend, "SparseReshape", [], inputs, 2, inputs);
    },
  );
  for (const operation of [tf.SparseSegmentMean, tf.SparseSegmentSum]) {
    registerKernel<"data" | "indices" | "segmentIds", object>(
      operation,
      ({ data, indices, segmentIds }, _, backend) => {
        const run = (numbers: tf.Tensor) => backend.executeSingleOutput(operation, [], [numbers, indices, segmentIds]);
        // TensorFlow has no mean of integers; TensorFlow.js truncates it.
        const isIntegerMean = operation === tf.SparseSegmentMean && data.dtype === "int32";
        return isIntegerMean ? tf.cast(run(tf.cast(data, "float32")), "int32") : run(data);
      },
    );
  }
}
