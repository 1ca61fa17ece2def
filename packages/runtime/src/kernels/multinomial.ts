import * as tf from "@tensorflow/tfjs-core";
import { DataType } from "../binding/data-types.js";
import { dataType } from "./attributes.js";
import { registerKernel } from "./kernel.js";

/** tf.multinomial by TensorFlow's stateless generator: the same seed draws the same, as tf.multinomial promises. */
export function registerMultinomial(): void {
  registerKernel<"logits", { numSamples: number; seed: number; normalized: boolean }>(
    tf.Multinomial,
    ({ logits }, { numSamples, seed, normalized }, backend) => {
      const words = new Int32Array(Float64Array.of(seed).buffer);
      return backend.executeSingleOutput(
        "StatelessMultinomial",
        [dataType("output_dtype", DataType.int32)],
        [normalized ? tf.log(logits) : logits, tf.scalar(numSamples, "int32"), tf.tensor1d(words, "int32")],
      );
    },
  );
}
