import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowScales } from "./features.js";

/** Features whose rows can be had at length 1, some at a time; they are not copied on the host. */
export interface UnitRows {
  readonly count: number;
  /** Rows in the backend, made of length 1; zeros stay zeros. The caller owns them. */
  read(start: number, rows: number): tf.Tensor2D;
}

/** @throws SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE */
export function unitRows(what: string, features: Features): UnitRows {
  const { values, count, size } = features;
  const { largest, factor } = rowScales(what, features);
  return {
    count,
    read: (start, rows) =>
      tf.tidy(() => {
        const end = Math.min(count, start + rows);
        const column = (scales: Float32Array) => tf.tensor2d(scales.subarray(start, end), [end - start, 1]);
        const block = tf.tensor2d(values.subarray(start * size, end * size), [end - start, size]);
        // Not by the length at once: rows of one direction, whatever their lengths, come out alike to the last bit.
        return tf.mul<tf.Tensor2D>(tf.div(block, column(largest)), column(factor));
      }),
  };
}

/** Rows of a bank that are in the backend at once: 64 MiB of them, and no more than make 32 MiB of similarities to 512. */
export function rowsAtOnce(size: number): number {
  return Math.max(1, Math.min(16384, Math.floor(2 ** 24 / size)));
}
