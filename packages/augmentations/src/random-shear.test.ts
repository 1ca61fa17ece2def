import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { randomShear } from "./random-shear.js";

/** The image 1 ... 9 over 9, and a copy. */
const nine = () => tf.div(tf.reshape<tf.Rank.R4>(tf.range(1, 10), [1, 3, 3, 1]), 9);

describeEachBackend(() => {
  const sheared = (horizontal: number, vertical: number) =>
    tf.tidy(() =>
      tf.mul(randomShear().apply(nine() as tf.Tensor4D, { horizontal: [horizontal], vertical: [vertical] }), 9),
    );

  it("moves rows by whole pixels: the top one right, the bottom one left, black coming in", () => {
    expectClose(sheared(1, 0), [0, 1, 2, 4, 5, 6, 8, 9, 0], { absolute: 1e-5 });
    expectClose(sheared(-1, 0), [2, 3, 0, 4, 5, 6, 0, 7, 8], { absolute: 1e-5 });
  });

  it("moves columns the same way", () => {
    expectClose(sheared(0, 1), [0, 2, 6, 1, 5, 9, 4, 8, 0], { absolute: 1e-5 });
  });

  it("reads halfway between pixels as their mean", () => {
    expectClose(sheared(0.5, 0), [0.5, 1.5, 2.5, 4, 5, 6, 7.5, 8.5, 4.5], { absolute: 1e-5 });
  });

  it("refuses a negative range", () => {
    expect(() => randomShear({ horizontal: -1 })).toThrow(/horizontal/);
  });
});
