import * as tf from "@tensorflow/tfjs-core";
import { registerKernel } from "./kernel.js";

/** 1 where x > 0, alpha elsewhere, NaN where x is NaN. tfjs-node's kernel uploads two arrays of the size of x. */
export function registerStep(): void {
  registerKernel<"x", { alpha: number }>(tf.Step, ({ x }, { alpha }, backend) => {
    const number = (value: number) => tf.scalar(value, x.dtype as "float32" | "int32");
    const steps = backend.executeSingleOutput("SelectV2", [], [tf.greater(x, number(0)), number(1), number(alpha)]);
    return x.dtype === "float32" ? backend.executeSingleOutput("SelectV2", [], [tf.isNaN(x), x, steps]) : steps;
  });
}
