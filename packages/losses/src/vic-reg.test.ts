import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, referenceViews } from "./fixtures/objectives.js";
import { vicReg } from "./index.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const traits = { symmetric: true, ignoresLength: false, gathers: true, hugest: 1e8, compile };
  describeContrastiveLoss("vicReg", (options) => (a, b) => vicReg(a, b, options), traits);

  it("equals lightly's, gradients too", () => {
    expectReference("vicReg", (a, b) => vicReg(a, b));
  });

  it("has each term by itself, worked out by hand", () => {
    tf.tidy(() => {
      // Feature 0 of both views: 0 and 1, variance 1/2. Feature 1: 0 and 2 in A, variance 2; 0 and 0 in B.
      const a = tf.tensor2d([[0, 0], [1, 2]]); // biome-ignore format: rows
      const b = tf.tensor2d([[0, 0], [1, 0]]); // biome-ignore format: rows
      const only = (weights: object) =>
        vicReg(a, b, { invarianceWeight: 0, varianceWeight: 0, covarianceWeight: 0, epsilon: 0.01, ...weights });
      expectClose(only({ invarianceWeight: 1 }), [1]);
      const short = 1 - Math.sqrt(0.51);
      expectClose(only({ varianceWeight: 1 }), [(short / 2 + (short + 0.9) / 2) / 2]);
      // The covariance of A is 1 in two entries, over two features.
      expectClose(only({ covarianceWeight: 3 }), [3]);
    });
  });

  it("refuses what is out of range", () => {
    const [a, b] = referenceViews();
    expect(() => vicReg(a, b, { varianceWeight: -1 })).toThrow(/INVALID_ARGUMENT.*varianceWeight/);
    const one: tf.Tensor2D = tf.ones([1, 4]);
    expect(() => vicReg(one, one)).toThrow(/NO_NEGATIVES.*batch size/);
  });
});
