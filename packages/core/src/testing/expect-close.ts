import type * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { getCurrentTest } from "vitest/suite";

declare module "vitest" {
  interface TaskMeta {
    /** The largest difference of all comparisons by `expectClose`, each as a share of the largest expected number. */
    largestDifference?: number;
  }
}

type Values = tf.Tensor | ArrayLike<number>;

/**
 * Compares every number: |actual - expected| <= absolute + relative * |expected|. How far they are apart is kept in the test's
 * `meta.largestDifference`, which reporters see: tables of fidelity are made of it.
 *
 * @param tolerance default `{ absolute: 1e-6, relative: 1e-5 }`, float32's rounding over a few operations
 */
export function expectClose(
  actual: Values,
  expected: Values,
  { absolute = 1e-6, relative = 1e-5 }: { absolute?: number; relative?: number } = {},
): void {
  const a = numbers(actual);
  const e = numbers(expected);
  expect(a.length, "the number of values").toBe(e.length);
  recordDifference(a, e);
  let worst = { excess: 0, index: -1 };
  for (let i = 0; i < e.length; i++) {
    const difference = Math.abs((a[i] as number) - (e[i] as number));
    const excess = difference - (absolute + relative * Math.abs(e[i] as number));
    if (Number.isNaN(difference) ? !Object.is(a[i], e[i]) : excess > worst.excess) worst = { excess, index: i };
    if (Number.isNaN(difference)) break;
  }
  const { index } = worst;
  expect(index === -1 ? null : { index, actual: a[index], expected: e[index] }, "the value furthest off").toBeNull();
}

function recordDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const test = getCurrentTest();
  if (!test) return;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  const share = difference / (largest || 1);
  test.meta.largestDifference = Math.max(test.meta.largestDifference ?? 0, share);
}

function numbers(values: Values): ArrayLike<number> {
  return "dataSync" in values ? (values.dataSync() as ArrayLike<number>) : values;
}
