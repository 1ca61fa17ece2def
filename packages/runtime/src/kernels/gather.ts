import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { int } from "./attributes.js";
import { registerKernel } from "./kernel.js";

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

/**
 * Rows by their indices, in recordings too. tfjs-node's kernel reads the indices to check them, which a recording cannot;
 * there an index out of range is TensorFlow's business: an error on a CPU, and the nearest row under XLA.
 */
export function registerGather(): void {
  const { kernelFunc } = tf.getKernel(tf.GatherV2, backendName);
  registerKernel<"x" | "indices", GatherAttributes>(tf.GatherV2, ({ x, indices }, { axis, batchDims }, backend) => {
    if (!backend.binding.recorder) {
      return kernelFunc({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }) as tf.Tensor;
    }
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims); // refuses what does not fit
    const inputs = [x, indices, tf.scalar(axis, "int32")];
    return backend.executeSingleOutput("GatherV2", [int("batch_dims", batchDims)], inputs);
  });
}
