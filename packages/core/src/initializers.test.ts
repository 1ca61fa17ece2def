import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { normalInitializer, varianceScaling } from "./initializers.js";
import { randomKey } from "./random-key.js";
import { expectClose } from "./testing.js";

it("variance scaling: variance 1 / fanIn after the cut at two deviations, fanIn from all axes but the last", () => {
  const kernel = varianceScaling(randomKey(1), [3, 3, 32, 400]);
  const fanIn = 3 * 3 * 32;
  expect(kernel.shape).toEqual([3, 3, 32, 400]);
  const { mean, variance } = tf.moments(kernel);
  expectClose(mean, [0], { absolute: 1e-3 });
  expectClose(variance, [1 / fanIn], { relative: 0.01 });
  expectClose(tf.max(tf.abs(kernel)), [2 / 0.87962566 / Math.sqrt(fanIn)], { relative: 0.01 });
});

it("normal: the standard deviation asked for, and numbers that the key determines", () => {
  const kernel = normalInitializer(randomKey(1), [300, 200]);
  expectClose(tf.sqrt(tf.moments(kernel).variance), [0.01], { relative: 0.02 });
  expectClose(normalInitializer(randomKey(1), [300, 200], 0.02), tf.mul(kernel, 2));
});
