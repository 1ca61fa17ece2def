import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, referenceViews } from "./fixtures/objectives.js";
import { barlowTwins } from "./index.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const traits = { symmetric: true, ignoresLength: false, gathers: true, compile };
  describeContrastiveLoss("barlowTwins", (options) => (a, b) => barlowTwins(a, b, options), traits);

  it("equals lightly's, gradients too", () => {
    expectReference("barlowTwins", (a, b) => barlowTwins(a, b));
  });

  it("equals the sum over entries of the correlation matrix, written out", () => {
    tf.tidy(() => {
      const [a, b] = referenceViews();
      const columns = (view: tf.Tensor2D) => (tf.transpose(view).arraySync() as number[][]).map(standardized);
      const [left, right] = [columns(a), columns(b)];
      let expected = 0;
      left.forEach((x, i) => {
        right.forEach((y, j) => {
          const correlation = x.reduce((sum, value, n) => sum + value * (y[n] as number), 0) / x.length;
          expected += i === j ? (1 - correlation) ** 2 : 0.3 * correlation ** 2;
        });
      });
      expectClose(barlowTwins(a, b, { redundancyWeight: 0.3 }), [expected], { relative: 1e-4 });
    });
  });

  it("refuses what is out of range", () => {
    const [a, b] = referenceViews();
    expect(() => barlowTwins(a, b, { redundancyWeight: -1 })).toThrow(/INVALID_ARGUMENT.*redundancyWeight/);
    expect(() => barlowTwins(a, b, { epsilon: Number.NaN })).toThrow(/INVALID_ARGUMENT.*epsilon/);
    const one: tf.Tensor2D = tf.ones([1, 4]);
    expect(() => barlowTwins(one, one)).toThrow(/NO_NEGATIVES.*batch size/);
  });
});

function standardized(column: number[]): number[] {
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
  return column.map((x) => (x - mean) / Math.sqrt(variance));
}
