import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "./features.js";

const blockRows = 16384;

/** `features * kernel + bias` on the host, `[count, classCount]`, block by block. Borrows the tensors. */
export async function linearScores(
  { values, count, size }: Features,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
): Promise<Float32Array> {
  const scores = new Float32Array(count * bias.shape[0]);
  for (let start = 0; start < count; start += blockRows) {
    const end = Math.min(count, start + blockRows);
    const block = tf.tidy(() =>
      tf.add(tf.matMul(tf.tensor2d(values.subarray(start * size, end * size), [end - start, size]), kernel), bias),
    );
    scores.set((await block.data()) as Float32Array, start * bias.shape[0]);
    block.dispose();
  }
  return scores;
}
