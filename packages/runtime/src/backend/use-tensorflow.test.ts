import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeEachBackend } from "../testing.js";

describeEachBackend((backendName) => {
  it("computes", async () => {
    expect(tf.getBackend()).toBe(backendName);
    expect(await tf.add(tf.tensor1d([1, 2]), 3).data()).toEqual(Float32Array.of(4, 5));
  });
});
