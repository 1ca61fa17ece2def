import { batchNorm, convolution } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { processorFlags } from "../binding/processor-flags.js";
import { numbers } from "../fixtures/training-step.js";
import { profile } from "../profile/profile.js";
import { compile } from "./compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

const normalized = (x: tf.Tensor4D) => {
  const running = { mean: tf.zeros<tf.Rank.R1>([16]), variance: tf.ones<tf.Rank.R1>([16]) };
  return batchNorm(x, running, { training: true }).output;
};

/** A residual block and its gradient by both kernels. */
function block(x: tf.Tensor4D, first: tf.Tensor4D, second: tf.Tensor4D): tf.Tensor[] {
  const loss = (a: tf.Tensor, b: tf.Tensor) => {
    const stem = tf.relu(normalized(convolution(x, a as tf.Tensor4D)));
    const branch = normalized(convolution(stem, b as tf.Tensor4D));
    return tf.sum(tf.square(tf.mean(tf.relu(tf.add(stem, branch)), [1, 2])));
  };
  const { value, grads } = tf.valueAndGrads(loss)([first, second]);
  return [value, ...grads];
}

const flags = processorFlags();
describe.runIf(flags.has("avx512_bf16") || flags.has("amx_bf16"))("bfloat16 on a processor that has it", () => {
  const operands = () => [numbers([8, 8, 8, 16]), numbers([3, 3, 16, 16], 2), numbers([3, 3, 16, 16], 3)] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]; // biome-ignore format: one line

  it("stays between convolutions: only what enters, what is averaged and the kernels' gradients are cast", async () => {
    const compiled = compile(block, { precision: "bfloat16" });
    const { summary } = await profile(() => compiled(...operands()));
    const counts = Object.fromEntries(summary.operations.map(({ operation, count }) => [operation, count]));
    // Into bfloat16: images, two kernels, the gradient of the average. Out of it: what is averaged, two kernels' gradients, the last
    // rectifier's for its gradient at most.
    expect(counts.Cast).toBeGreaterThanOrEqual(6);
    expect(counts.Cast).toBeLessThanOrEqual(8);
    compiled.dispose();
  });

  it("gives nearly the numbers of float32", () => {
    const compiled = compile(block, { precision: "bfloat16" });
    const [actual, exact] = [compiled(...operands()), block(...operands())];
    for (const [i, tensor] of exact.entries()) {
      const size = Math.sqrt(tf.mean(tf.square(tensor)).dataSync()[0] as number);
      expectClose(actual[i] as tf.Tensor, tensor, { absolute: 0.05 * size, relative: 0.02 });
    }
    expect(actual[0]?.dataSync()).not.toEqual(exact[0]?.dataSync());
    compiled.dispose();
  });
});
