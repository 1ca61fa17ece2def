import { sumOfSquaresKernel } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { registerKernel } from "./kernel.js";

/** `sumOfSquares` of @simclr/core by TensorFlow's L2Loss, which is half of it. */
export function registerSumOfSquares(): void {
  registerKernel<"x", object>(sumOfSquaresKernel, ({ x }, _, backend) =>
    tf.mul(backend.executeSingleOutput("L2Loss", [], [x]), 2),
  );
}
