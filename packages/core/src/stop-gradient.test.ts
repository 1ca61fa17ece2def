import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { stopGradient } from "./stop-gradient.js";
import { expectClose, expectNoLeak } from "./testing.js";

it("passes the value and no gradient", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, -2, 3]);
    expectClose(stopGradient(x), x);
    // x^2 times a constant of its own size: 2 x x^2.
    expectClose(tf.grad((t) => tf.sum(tf.mul(tf.square(t), stopGradient(tf.square(t)))))(x), [2, -16, 54]);
    expectClose(tf.grad((t) => tf.sum(stopGradient(tf.square(t))))(x), [0, 0, 0]);
  });
});

it("leaves nothing behind and its argument alone", () => {
  const x = tf.tensor1d([1, 2]);
  expectNoLeak(() => stopGradient(x));
  expect(x.isDisposed).toBe(false);
  x.dispose();
});
