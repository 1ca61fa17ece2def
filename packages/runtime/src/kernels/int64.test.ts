import { expectNoLeak } from "@simclr/core/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Runtime, useTensorFlow } from "../backend/use-tensorflow.js";

interface Reshaped {
  readonly [name: string]: tf.Tensor;
  readonly outputIndices: tf.Tensor;
  readonly outputShape: tf.Tensor;
}

describe("operations that speak int64", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await useTensorFlow();
  });

  const reshaped = (): Reshaped =>
    tf.sparse.sparseReshape([[0, 1], [1, 2]], [2, 3], [3, -1]) as Reshaped; // biome-ignore format: a row each

  it("take and give int32", () => {
    const { outputIndices, outputShape } = reshaped();
    expect([outputIndices.dtype, outputShape.dtype]).toEqual(["int32", "int32"]);
    // Of 2 x 3, (0, 1) is number 1 and (1, 2) number 5; of 3 x 2 these are (0, 1) and (2, 1).
    expect(outputIndices.arraySync()).toEqual([[0, 1], [2, 1]]); // biome-ignore format: a row each
    expect(outputShape.arraySync()).toEqual([3, 2]);
    tf.dispose([outputIndices, outputShape]);
  });

  it("free what they cast, also when they fail", () => {
    expectNoLeak(reshaped);
    const before = runtime.nativeTensorCount();
    tf.tidy(() => {
      reshaped();
      expect(() => tf.sparse.sparseReshape([[0, 1]], [2, 3], [4, -1])).toThrow("SparseReshape");
    });
    expect(runtime.nativeTensorCount()).toBe(before);
  });

  it("draw the same from the same seed", () => {
    const draw = (seed: number) => [...tf.tidy(() => tf.multinomial(tf.tensor1d([0, 1, 2, 1]), 64, seed)).dataSync()];
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    const certain = tf.tidy(() => tf.multinomial(tf.tensor1d([0, 1]), 16, 3, true));
    expect([...certain.dataSync()]).toEqual(new Array(16).fill(1));
    certain.dispose();
  });

  it("round integers to themselves", () => {
    const integers = [-12345678, 0, 2 ** 31 - 1];
    expect([...tf.tidy(() => tf.round(tf.tensor1d(integers, "int32"))).dataSync()]).toEqual(integers);
  });
});
