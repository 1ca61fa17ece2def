import { eager } from "@simclr/core";
import { emulateReplicas, expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, referenceViews } from "./fixtures/objectives.js";
import { matrix, writtenOut } from "./fixtures/written-out.js";
import { dcl, dclw } from "./index.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const traits = { symmetric: true, ignoresLength: true, gathers: true, compile };
  describeContrastiveLoss("dcl", (options) => (a, b) => dcl(a, b, { temperature: 0.5, ...options }), traits);
  // The weights are constants to the gradient, but not to finite differences: its gradient is the reference's, below.
  describeContrastiveLoss("dclw", (options) => (a, b) => dclw(a, b, { temperature: 0.5, ...options }), {
    ...traits,
    wholeGradient: false,
  });

  it("dclw and dcl equal lightly's, gradients too", () => {
    expectReference("dcl", (a, b) => dcl(a, b, { temperature: 0.1 }));
    expectReference("dclw", (a, b) => dclw(a, b, { temperature: 0.1 }));
  });

  it.each([0.1, 0.5, 2])("dcl equals the sum over pairs, written out, at temperature %s", (temperature) => {
    const [a, b] = [matrix(3, 6, 4), matrix(4, 6, 4)];
    const expected = writtenOut(a, b, { views: "both" }, (positive, negatives) => {
      return Math.log(negatives.reduce((sum, s) => sum + Math.exp(s / temperature), 0)) - positive / temperature;
    });
    tf.tidy(() => {
      expectClose(dcl(tf.tensor2d(a), tf.tensor2d(b), { temperature }), [expected], { absolute: 1e-5 });
    });
  });

  it("dclw of equally good positives is dcl", () => {
    tf.tidy(() => {
      const [a] = referenceViews();
      expectClose(dclw(a, a, { temperature: 0.2 }), dcl(a, a, { temperature: 0.2 }));
    });
  });

  it("dclw weighs positives over all replicas", () => {
    tf.tidy(() => {
      const [a, b] = referenceViews().map((view) => tf.slice(view, [0, 0], [4, -1])) as [tf.Tensor2D, tf.Tensor2D];
      const half = (t: tf.Tensor2D, rank: number): tf.Tensor2D => tf.slice(t, [rank * 2, 0], [2, -1]);
      const values = emulateReplicas(2, (communicator) => {
        return dclw(half(a, communicator.rank), half(b, communicator.rank), { temperature: 0.5, communicator });
      });
      expectClose(tf.mean(tf.stack(values)), dclw(a, b, { temperature: 0.5 }));
    });
  });

  it.each([1e-6, 1e6])("is finite at temperature %s, its gradient too", (temperature) => {
    tf.tidy(() => {
      for (const loss of [dcl, dclw]) {
        const run = tf.valueAndGrads((a, b) => loss(a as tf.Tensor2D, b as tf.Tensor2D, { temperature }));
        const { value, grads } = run(referenceViews());
        for (const tensor of [value, ...grads]) expect([...tensor.dataSync()].every(Number.isFinite)).toBe(true);
      }
    });
  });

  it("refuses what is out of range", () => {
    const [a, b] = referenceViews();
    expect(() => dcl(a, b, { temperature: -1 })).toThrow(/INVALID_ARGUMENT.*temperature/);
    expect(() => dclw(a, b, { temperature: 1, sigma: 0 })).toThrow(/INVALID_ARGUMENT.*sigma/);
    const one: tf.Tensor2D = tf.ones([1, 4]);
    expect(() => dclw(one, one, { temperature: 1 })).toThrow(/NO_NEGATIVES/);
  });
});
