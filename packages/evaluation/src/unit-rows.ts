import * as tf from "@tensorflow/tfjs-core";
import { type Features, notFinite } from "./features.js";

/** Some rows in the backend. A type, so that it is a tree of tensors. */
export type RowBlock = {
  /** `[rows, size]`: the features. */
  readonly rows: tf.Tensor2D;
  /** `[rows]`: what makes them of length 1 when multiplied by it; 0 for a row of zeros. */
  readonly factors: tf.Tensor1D;
};

/** Features whose rows can be had in the backend some at a time, with their lengths; they are not copied on the host. */
export interface UnitRows {
  readonly count: number;
  readonly size: number;
  /**
   * The caller owns the block.
   *
   * @throws SIMCLR_ERROR__EVALUATION__FEATURES_NOT_FINITE
   */
  read(start: number, rows: number): RowBlock;
}

/** Looks at a row when it is first read: with a large bank that takes half as long as the products, which run meanwhile. */
export function unitRows(what: string, features: Features): UnitRows {
  const { values, count, size } = features;
  const factors = new Float32Array(count);
  const divisors = new Map<number, number>();
  let known = 0;
  const look = (row: number) => {
    const sum = sumOfSquares(values, row * size, (row + 1) * size);
    if (!Number.isFinite(sum)) throw notFinite(what, features);
    if (sum === 0) return;
    const isExtreme = sum < smallest || sum > largest;
    if (isExtreme) divisors.set(row, Math.sqrt(sum));
    factors[row] = isExtreme ? 1 : 1 / Math.sqrt(sum);
  };
  const read = (start: number, rows: number): RowBlock => {
    const end = Math.min(count, start + rows);
    for (; known < end; known++) look(known);
    return {
      rows: tf.tensor2d(moderate(values, size, start, end, divisors), [end - start, size]),
      factors: tf.tensor1d(factors.subarray(start, end)),
    };
  };
  return { count, size, read };
}

// Between these no product of float32 with a row of length 1 overflows, and none that matters vanishes.
const smallest = 1e-24;
const largest = 1e24;

/** The values of some rows; of rows out of all proportion, which are rare, copies of length 1. */
function moderate(
  values: Float32Array,
  size: number,
  start: number,
  end: number,
  divisors: ReadonlyMap<number, number>,
): Float32Array {
  const own = values.subarray(start * size, end * size);
  let copy: Float32Array | undefined;
  for (const [row, divisor] of divisors) {
    if (row < start || row >= end) continue;
    copy ??= own.slice();
    for (let i = (row - start) * size; i < (row - start + 1) * size; i++) copy[i] = (copy[i] as number) / divisor;
  }
  return copy ?? own;
}

/** In double precision, where squares of float32 neither overflow nor vanish. */
function sumOfSquares(values: Float32Array, start: number, end: number): number {
  // Four sums: an addition need not wait for the one before.
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = start;
  for (; at + 3 < end; at += 4) {
    const a = values[at] as number;
    const b = values[at + 1] as number;
    const c = values[at + 2] as number;
    const d = values[at + 3] as number;
    first += a * a;
    second += b * b;
    third += c * c;
    fourth += d * d;
  }
  for (; at < end; at++) first += (values[at] as number) ** 2;
  return first + second + third + fourth;
}

/** Rows of a block of a bank: 64 MiB of them, and no more than make 32 MiB of similarities to 1024 queries. */
export function rowsAtOnce(size: number): number {
  return Math.max(1, Math.min(8192, Math.floor(2 ** 24 / size)));
}
