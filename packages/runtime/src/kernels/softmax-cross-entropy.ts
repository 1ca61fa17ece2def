import * as tf from "@tensorflow/tfjs-core";
import { text } from "./attributes.js";
import { registerKernel } from "./kernel.js";

/**
 * TensorFlow's fused cross entropy with its gradient, and the writing of a diagonal in place, in the form that @simclr/losses
 * calls them: it uses them on every backend that has them.
 */
export function registerSoftmaxCrossEntropy(): void {
  registerKernel<"logits" | "labels", Record<never, never>>(
    "SparseSoftmaxCrossEntropyWithLogits",
    ({ logits, labels }, _, backend) =>
      backend.executeMultipleOutputs("SparseSoftmaxCrossEntropyWithLogits", [], [logits, labels], 2),
  );
  registerKernel<"input" | "diagonal", { offset: number }>(
    "MatrixSetDiagV3",
    ({ input, diagonal }, { offset }, backend) =>
      backend.executeSingleOutput(
        "MatrixSetDiagV3",
        [text("align", "RIGHT_LEFT")],
        [input, diagonal, tf.scalar(offset, "int32")],
      ),
  );
}
