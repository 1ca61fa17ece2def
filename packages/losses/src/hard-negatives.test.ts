import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { expectReference, referenceViews } from "./fixtures/objectives.js";
import { ntXent } from "./index.js";

const temperature = 0.5;

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  const hardNegatives = { concentration: 1, classProbability: 0.1 };
  describeContrastiveLoss(
    "ntXent with hard negatives",
    (options) => (a, b) => ntXent(a, b, { temperature, hardNegatives, ...options }),
    { symmetric: true, ignoresLength: true, gathers: true, compile },
  );

  it("equals the definition, gradients too", () => {
    expectReference("hardNegatives", (a, b) => ntXent(a, b, { temperature, hardNegatives }));
    const concentrated = { concentration: 2 };
    expectReference("concentratedOnly", (a, b) => ntXent(a, b, { temperature, hardNegatives: concentrated }));
  });

  it("equals the definition where the estimate falls to its floor", () => {
    const debiased = { concentration: 0, classProbability: 0.4 };
    expectReference("debiasedToTheFloor", (a, b) => ntXent(a, b, { temperature, hardNegatives: debiased }));
  });

  it("off, and with weights of 1, is NT-Xent, which is lightly's", () => {
    expectReference("ntXent", (a, b) => ntXent(a, b, { temperature }));
    expectReference("ntXent", (a, b) => ntXent(a, b, { temperature, hardNegatives: { concentration: 0 } }));
    tf.tidy(() => {
      const [a, b] = referenceViews();
      const values = [ntXent(a, b, { temperature }), ntXent(a, b, { temperature, hardNegatives: undefined })];
      expect([...(values[0] as tf.Tensor).dataSync()]).toEqual([...(values[1] as tf.Tensor).dataSync()]);
    });
  });

  it("weighs harder negatives more", () => {
    tf.tidy(() => {
      const [a, b] = referenceViews();
      const at = (concentration: number) =>
        ntXent(a, b, { temperature, hardNegatives: { concentration } }).dataSync()[0];
      expect(at(1)).toBeGreaterThan(at(0) as number);
      expect(at(2)).toBeGreaterThan(at(1) as number);
      // In the limit the one hardest negative stands for all of them.
      expectClose([at(100) as number], [hardestOnly(a, b)], { relative: 2e-3 });
    });
  });

  it.each([1e-6, 1e6])("is finite at temperature %s, its gradient too", (extreme) => {
    tf.tidy(() => {
      const run = tf.valueAndGrads((a, b) =>
        ntXent(a as tf.Tensor2D, b as tf.Tensor2D, { temperature: extreme, hardNegatives }),
      );
      const { value, grads } = run(referenceViews());
      for (const tensor of [value, ...grads]) expect([...tensor.dataSync()].every(Number.isFinite)).toBe(true);
    });
  });

  it("refuses what is out of range, or does not go together", () => {
    const [a, b] = referenceViews();
    const run = (options: object) => () => ntXent(a, b, { temperature, hardNegatives, ...options });
    expect(run({ hardNegatives: { concentration: -1 } })).toThrow(/INVALID_ARGUMENT.*concentration/);
    expect(run({ hardNegatives: { concentration: 1, classProbability: 1 } })).toThrow(/classProbability/);
    expect(run({ negatives: "semi-hard" })).toThrow(/INVALID_ARGUMENT.*semi-hard/);
    expect(run({ normalize: false })).toThrow(/INVALID_ARGUMENT.*normalize/);
  });
});

function hardestOnly(a: tf.Tensor2D, b: tf.Tensor2D): number {
  const z = tf.concat([a, b]).arraySync() as number[][];
  const length = (x: number[]) => Math.hypot(...x);
  const cosine = (x: number[], y: number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0) / length(x) / length(y);
  const half = z.length / 2;
  const terms = z.map((anchor, i) => {
    const partner = (i + half) % z.length;
    const hardest = Math.max(...z.flatMap((row, k) => (k === i || k === partner ? [] : [cosine(anchor, row)])));
    const gap = (hardest - cosine(anchor, z[partner] as number[])) / temperature;
    return Math.log1p((z.length - 2) * Math.exp(gap));
  });
  return terms.reduce((sum, term) => sum + term, 0) / z.length;
}
