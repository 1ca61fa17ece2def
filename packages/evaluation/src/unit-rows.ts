import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowScales } from "./features.js";

/** Features whose rows can be had at length 1, some at a time; they are not copied on the host. */
export interface UnitRows {
  readonly count: number;
  /** Rows in the backend, made of length 1; zeros stay zeros. The caller owns them. */
  read(start: number, rows: number): tf.Tensor2D;
  /** The same rows, whose largest value is 1 or -1, and what each is to be multiplied by yet: `[rows]`. For less work than `read`. */
  readScaled(start: number, rows: number): { readonly rows: tf.Tensor2D; readonly factors: tf.Tensor1D };
}

/** @throws SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE */
export function unitRows(what: string, features: Features): UnitRows {
  const { values, count, size } = features;
  const { largest, factor } = rowScales(what, features);
  const readScaled = (start: number, rows: number) => {
    const end = Math.min(count, start + rows);
    return tf.tidy(() => {
      const block = tf.tensor2d(values.subarray(start * size, end * size), [end - start, size]);
      // Not by the length at once: rows of one direction, whatever their lengths, come out alike to the last bit.
      const scaled = tf.div<tf.Tensor2D>(block, tf.tensor2d(largest.subarray(start, end), [end - start, 1]));
      return { rows: scaled, factors: tf.tensor1d(factor.subarray(start, end)) };
    });
  };
  const read = (start: number, rows: number) =>
    tf.tidy(() => {
      const scaled = readScaled(start, rows);
      return tf.mul<tf.Tensor2D>(scaled.rows, tf.expandDims(scaled.factors, 1));
    });
  return { count, read, readScaled };
}

/** Rows of a bank that are in the backend at once: 64 MiB of them, and no more than make 32 MiB of similarities to 512. */
export function rowsAtOnce(size: number): number {
  return Math.max(1, Math.min(16384, Math.floor(2 ** 24 / size)));
}
