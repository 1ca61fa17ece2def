import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "./features.js";

/** Rows of a bank that are in the backend at once: 128 MiB at 2048 numbers a row. */
export const bankRows = 16384;

/** Some rows in the backend, made of length 1; zeros stay zeros. The features are not copied on the host. */
export function unitRows({ values, count, size }: Features, start: number, rows: number): tf.Tensor2D {
  return tf.tidy(() => {
    const end = Math.min(count, start + rows);
    const block = tf.tensor2d(values.subarray(start * size, end * size), [end - start, size]);
    // By the largest value first: the squares of very large or small features would leave float32.
    const scaled = tf.divNoNan(block, tf.max(tf.abs(block), 1, true));
    return tf.divNoNan(scaled, tf.sqrt(tf.sum(tf.square(scaled), 1, true))) as tf.Tensor2D;
  });
}
