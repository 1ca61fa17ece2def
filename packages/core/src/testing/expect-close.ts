import type * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

type Values = tf.Tensor | ArrayLike<number>;

/**
 * Compares every number: |actual - expected| <= absolute + relative * |expected|.
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

function numbers(values: Values): ArrayLike<number> {
  return "dataSync" in values ? (values.dataSync() as ArrayLike<number>) : values;
}
