import * as tf from "@tensorflow/tfjs-core";
import { bool } from "./attributes.js";
import { registerKernel } from "./kernel.js";

/** tf.denseBincount, which tfjs-node lacks. */
export function registerDenseBincount(): void {
  registerKernel<"x" | "weights", { size: number; binaryOutput: boolean }>(
    tf.DenseBincount,
    ({ x, weights }, { size, binaryOutput }, backend) =>
      backend.executeSingleOutput(
        "DenseBincount",
        [bool("binary_output", binaryOutput)],
        [x, tf.scalar(size, "int32"), weights],
      ),
  );
}
