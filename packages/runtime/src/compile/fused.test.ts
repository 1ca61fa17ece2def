import { canFuse, fused } from "@simclr/core";
import { expectClose, expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend, type TensorFlowBackend } from "../backend/backend.js";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "./compile.js";

beforeAll(async () => {
  await useTensorFlow();
});

/** Of a tensor from outside, an argument, a constant of the recording, and what the recording computed before. */
function inParts(outside: tf.Tensor, places: boolean[]) {
  return (x: tf.Tensor) => {
    const constant = tf.tensor1d([1, 2, 3]);
    const before = tf.mul(x, 2);
    const product = fused(() => {
      places.push(canFuse());
      const inner = fused(() => tf.add(before, constant)); // a part of the part
      return tf.mul(inner, tf.sub(outside, tf.mean(x)));
    });
    places.push(canFuse());
    const passed = fused(() => before);
    return { product, sum: fused(() => tf.add(tf.mul(product, product), passed)) };
  };
}

describe("fused", () => {
  it.each([
    { xla: false, fuses: true },
    { xla: true, fuses: false },
  ])("gives the same in a recording with xla $xla, call after call", ({ xla, fuses }) => {
    const outside = tf.tensor1d([5, 6, 7]);
    const places: boolean[] = [];
    const fn = inParts(outside, places);
    const compiled = compile(fn, { xla });
    for (const values of [
      [1, 2, 6],
      [4, 5, 9],
    ]) {
      const x = tf.tensor1d(values);
      const actual = expectNoLeak(() => compiled(x));
      const mean = values.reduce((a, b) => a + b) / 3;
      const product = values.map((value, i) => (2 * value + i + 1) * (5 + i - mean));
      void actual;
      const results = compiled(x);
      expectClose(results.product, product);
      expectClose(results.sum, product.map((p, i) => p * p + 2 * (values[i] as number)), { relative: 1e-5 }); // biome-ignore format: one line
    }
    expect(places).toEqual([fuses, fuses]); // recorded once
    compiled.dispose();
  });

  it("makes one program of parts that compute the same, of different tensors", () => {
    const { binding } = currentBackend() as TensorFlowBackend;
    const made = (fn: (x: tf.Tensor) => tf.Tensor[], expected: number[][]) => {
      const before = binding.nextFunction;
      const compiled = compile(fn, { xla: false });
      for (const [i, values] of compiled(tf.tensor1d([1, 2])).entries()) expectClose(values, expected[i] as number[]);
      compiled.dispose();
      return binding.nextFunction - before - 1;
    };
    const scaled = (x: tf.Tensor, by: number) => fused(() => tf.mul(x, tf.tensor1d([by, by + 1])));
    expect(made((x) => [scaled(x, 3), scaled(tf.square(x), 3)], [[3, 8], [3, 16]])).toBe(1); // biome-ignore format: one line
    expect(made((x) => [scaled(x, 3), scaled(x, 4)], [[3, 8], [4, 10]])).toBe(2); // biome-ignore format: one line
    const difference = (a: tf.Tensor, b: tf.Tensor) => fused(() => tf.sub(a, b));
    const twice = (x: tf.Tensor) => tf.mul(x, 2);
    expect(made((x) => [difference(x, twice(x)), difference(twice(x), x)], [[-1, -2], [1, 2]])).toBe(1); // biome-ignore format: one line
  });

  it("runs as it is eagerly and inside a gradient", () => {
    const x = tf.tensor1d([1, 2]);
    const square = (t: tf.Tensor) => fused(() => tf.square(t));
    expectClose(square(x), [1, 4]);
    const slope = compile((t: tf.Tensor) => tf.grad((u) => tf.sum(square(u)))(t), { xla: false });
    expectClose(slope(x), [2, 4]);
    slope.dispose();
  });

  it("is one program of XLA's, which refuses what XLA has no form for, and says where it was called", () => {
    const compiled = compile((x: tf.Tensor) => fused(() => tf.unique(x).values), { xla: false });
    expect(() => compiled(tf.tensor1d([1, 1]))).toThrow("SIMCLR_ERROR__RUNTIME__");
  });

  it("leaves nothing behind when it throws while it is recorded", () => {
    const x = tf.tensor1d([1, 2]);
    const failing = compile(
      (t: tf.Tensor) => {
        const first = fused(() => tf.square(t));
        return fused(() => {
          if (first.rank === 1) throw new Error("on purpose");
          return first;
        });
      },
      { xla: false },
    );
    expectNoLeak(() => {
      expect(() => failing(x)).toThrow("on purpose");
      return undefined;
    });
    const after = compile((t: tf.Tensor) => fused(() => tf.square(t)), { xla: false });
    expectClose(after(x), [1, 4]);
    after.dispose();
  });
});
