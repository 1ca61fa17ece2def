import * as tf from "@tensorflow/tfjs-core";
import { bool, float, text } from "./attributes.js";
import { registerKernel } from "./kernel.js";

const attributesOf = (epsilon: number) => [
  float("epsilon", epsilon),
  text("data_format", "NHWC"),
  bool("is_training", true),
];

/**
 * Batch norm in training and its gradient as TensorFlow's fused operations, in the form that @simclr/core's batch norm
 * calls them: it uses them on every backend that has them.
 */
export function registerFusedBatchNorm(): void {
  registerKernel<"x" | "scale" | "offset", { epsilon: number }>(
    "FusedBatchNormV3",
    ({ x, scale, offset }, { epsilon }, backend) => {
      const none = tf.tensor1d([], "float32"); // running statistics are read in inference alone
      return backend.executeMultipleOutputs(
        "FusedBatchNormV3",
        attributesOf(epsilon),
        [x, scale, offset, none, none],
        6,
      );
    },
  );
  registerKernel<"dy" | "x" | "scale" | "reserved1" | "reserved2" | "reserved3", { epsilon: number }>(
    "FusedBatchNormGradV3",
    ({ dy, x, scale, reserved1, reserved2, reserved3 }, { epsilon }, backend) => {
      const inputs = [dy, x, scale, reserved1, reserved2, reserved3];
      return backend.executeMultipleOutputs("FusedBatchNormGradV3", attributesOf(epsilon), inputs, 5).slice(0, 3);
    },
  );
}
