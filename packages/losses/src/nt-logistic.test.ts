import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { matrix, onTheCircle, writtenOut } from "./fixtures/written-out.js";
import { type NtLogisticOptions, ntLogistic } from "./index.js";
import { negativeSelections } from "./negative-selection.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  for (const negatives of negativeSelections) {
    describeContrastiveLoss(
      `ntLogistic with ${negatives} negatives`,
      (options) => (a, b) => ntLogistic(a, b, { temperature: 0.5, negatives, ...options }),
      { symmetric: true, ignoresLength: true, gathers: true, prefersAgreement: negatives === "all", compile },
    );
  }

  describe("ntLogistic", () => {
    it("of two orthogonal images is softplus(-1 / tau) + softplus(0)", () => {
      const images = [[1, 0], [0, 3]]; // biome-ignore format: one row per image
      for (const negatives of negativeSelections) {
        expectClose([lossOf(images, images, { temperature: 1, negatives })], [0.313261688 + Math.LN2]);
        expectClose([lossOf(images, images, { temperature: 0.5, negatives })], [0.126928011 + Math.LN2]);
      }
    });

    it("of equal projections is softplus(-1 / tau) + softplus(1 / tau)", () => {
      const ones = Array.from({ length: 4 }, () => [1, 1]);
      expectClose([lossOf(ones, ones, { temperature: 1 })], [0.313261688 + 1.313261688]);
    });

    it.each(negativeSelections)("with %s negatives equals the loops written out", (negatives) => {
      const cases = fc.record({
        batch: fc.integer({ min: 2, max: 7 }),
        features: fc.integer({ min: 2, max: 5 }),
        seed: fc.nat(1000),
        temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
      });
      fc.assert(
        fc.property(cases, ({ batch, features, seed, temperature }) => {
          const [a, b] = [matrix(seed, batch, features), matrix(seed + 1, batch, features)];
          const expected = writtenOut(a, b, { views: "other", negatives }, term(temperature));
          expectClose([lossOf(a, b, { temperature, negatives })], [expected], { absolute: 1e-5, relative: 1e-5 });
        }),
        { numRuns: 40, seed: 1 },
      );
    });

    it("chooses the closest negative that is further than the positive, or the furthest where none is", () => {
      for (const { a, b, positives, chosen } of onTheCircle) {
        const terms = positives.map((positive, i) => term(0.5)(positive, [chosen[i] as number]));
        const mean = terms.reduce((sum, value) => sum + value, 0) / terms.length;
        expectClose([lossOf(a, b, { temperature: 0.5, negatives: "semi-hard" })], [mean], { absolute: 1e-6 });
      }
    });

    it.each([1e-6, 1e6])("is finite at temperature %s, its gradient too, and equals the loops", (temperature) => {
      const [a, b] = [matrix(5, 6, 8), matrix(6, 6, 8)];
      for (const negatives of negativeSelections) {
        const expected = writtenOut(a, b, { views: "other", negatives }, term(temperature));
        const inputs = [tf.tensor2d(a), tf.tensor2d(b)];
        const loss = (x: tf.Tensor, y: tf.Tensor) =>
          ntLogistic(x as tf.Tensor2D, y as tf.Tensor2D, { temperature, negatives });
        const { value, grads } = tf.valueAndGrads(loss)(inputs);
        expectClose(value, [expected], { relative: 1e-4 });
        for (const gradient of grads) expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
        tf.dispose([...inputs, value, ...grads]);
      }
    });

    it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses temperature %s", (temperature) => {
      expect(() => lossOf([[1], [2]], [[1], [2]], { temperature })).toThrow(/SIMCLR_ERROR__CORE__INVALID_ARGUMENT.*temperature/); // biome-ignore format: rows
    });

    it("refuses a selection that there is not, and a batch of one image", () => {
      const hardest = { temperature: 0.5, negatives: "hardest" } as unknown as NtLogisticOptions;
      expect(() => lossOf([[1], [2]], [[1], [2]], hardest)).toThrow(/INVALID_ARGUMENT.*"all" or "semi-hard"/); // biome-ignore format: rows
      expect(() => lossOf([[1, 2]], [[1, 2]], { temperature: 0.5 })).toThrow(/SIMCLR_ERROR__LOSSES__NO_NEGATIVES/);
    });
  });
});

function lossOf(a: number[][], b: number[][], options: NtLogisticOptions): number {
  return tf.tidy(() => ntLogistic(tf.tensor2d(a), tf.tensor2d(b), options).dataSync()[0] as number);
}

/** One anchor's loss in double precision. */
function term(temperature: number): (positive: number, negatives: number[]) => number {
  return (positive, negatives) =>
    softplus(-positive / temperature) +
    negatives.reduce((sum, s) => sum + softplus(s / temperature), 0) / negatives.length;
}

/** `log(1 + e^x)`, where e^x does not overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
