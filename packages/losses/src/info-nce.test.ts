import { eager } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, queue, referenceViews } from "./fixtures/objectives.js";
import { matrix } from "./fixtures/written-out.js";
import { infoNce } from "./index.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const againstNoise = () => (a: tf.Tensor2D, b: tf.Tensor2D) =>
    tf.tidy(() => infoNce(a, b, tf.tensor2d(matrix(9, 12, a.shape[1])), { temperature: 0.2 }));
  describeContrastiveLoss("infoNce", againstNoise, { symmetric: false, ignoresLength: true, gathers: false, compile });

  it("equals lightly's with a memory bank, gradients too", () => {
    expectReference("infoNce", (a, b) => infoNce(a, b, queue(), { temperature: 0.2 }));
  });

  it("of a queue of the keys themselves is the cross entropy of a row of logits", () => {
    tf.tidy(() => {
      const rows = tf.tensor2d([[1, 0], [0, 3]]); // biome-ignore format: rows
      // The positive and the negative that equals it have logit 1, the other 0.
      const expected = Math.log(2 * Math.E + 1) - 1;
      expectClose(infoNce(rows, rows, rows, { temperature: 1 }), [expected]);
    });
  });

  it("has a gradient in the queue too, that of finite differences", () => {
    const [a, b] = referenceViews();
    const loss = (negatives: tf.Tensor) => infoNce(a, b, negatives as tf.Tensor2D, { temperature: 0.5 });
    expectGradient(loss, [queue()]);
  });

  it("refuses a queue of other features", () => {
    const [a, b] = referenceViews();
    expect(() => infoNce(a, b, tf.zeros([3, 5]), { temperature: 1 })).toThrow(/CORE__SHAPE_MISMATCH.*negatives/);
    expect(() => infoNce(a, b, queue(), { temperature: 0 })).toThrow(/INVALID_ARGUMENT.*temperature/);
  });
});
