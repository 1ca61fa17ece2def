import * as tf from "@tensorflow/tfjs-core";
import { registerKernel } from "./kernel.js";

/** Kernels of integers: tfjs-node lacks two, and TensorFlow 2.21's Round gives 0 for every int32. */
export function registerIntegers(): void {
  registerKernel<"a" | "b", object>(tf.BitwiseAnd, ({ a, b }, _, backend) =>
    backend.executeSingleOutput("BitwiseAnd", [], [a, b]),
  );
  registerKernel<"sortedSequence" | "values", { side: "left" | "right" }>(
    tf.SearchSorted,
    ({ sortedSequence, values }, { side }, backend) =>
      backend.executeSingleOutput(side === "left" ? "LowerBound" : "UpperBound", [], [sortedSequence, values]),
  );
  registerKernel<"x", object>(tf.Round, ({ x }, _, backend) =>
    x.dtype === "float32" ? backend.executeSingleOutput("Round", [], [x]) : tf.clone(x),
  );
}
