import * as tf from "@tensorflow/tfjs-core";
import { backendName } from "../backend/backend.js";
import { registerKernel } from "./kernel.js";

/**
 * Products of stacks of matrices whose batch sizes differ: the smaller stack is repeated first.
 *
 * Others report that repeating it inside corrupts the heap where one of them has four dimensions or more (TensorFlow 2.21
 * with oneDNN, tensorflow/tensorflow issues 117700 and 123109; not seen here).
 */
export function registerBroadcastMatrixProduct(): void {
  const { kernelFunc } = tf.getKernel(tf.BatchMatMul, backendName);
  registerKernel<"a" | "b", tf.NamedAttrMap>(tf.BatchMatMul, ({ a, b }, attrs, backend) => {
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const isAffected =
      Math.max(a.rank, b.rank) > 3 && batchA.join() !== batchB.join() && !backend.binding.isUsingGpuDevice();
    if (!isAffected) return kernelFunc({ inputs: { a, b }, attrs, backend }) as tf.Tensor;
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const repeated = (matrices: tf.Tensor) => tf.broadcastTo(matrices, [...batch, ...matrices.shape.slice(-2)]);
    return kernelFunc({ inputs: { a: repeated(a), b: repeated(b) }, attrs, backend }) as tf.Tensor;
  });
}
