import * as tf from "@tensorflow/tfjs-core";
import { registerKernel } from "./kernel.js";

/** tf.sign is 0 where x is NaN; TensorFlow's is NaN there. */
export function registerSign(): void {
  registerKernel<"x", object>(tf.Sign, ({ x }, _, backend) => {
    const sign = backend.executeSingleOutput("Sign", [], [x]);
    return x.dtype === "float32"
      ? backend.executeSingleOutput("SelectV2", [], [tf.isNaN(x), tf.scalar(0), sign])
      : sign;
  });
}
