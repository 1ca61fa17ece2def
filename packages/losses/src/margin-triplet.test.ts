import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { matrix, onTheCircle, writtenOut } from "./fixtures/written-out.js";
import { type MarginTripletOptions, marginTriplet } from "./index.js";
import { negativeSelections } from "./negative-selection.js";

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  for (const negatives of negativeSelections) {
    describeContrastiveLoss(
      `marginTriplet with ${negatives} negatives`,
      (options) => (a, b) => marginTriplet(a, b, { margin: 0.5, negatives, ...options }),
      { symmetric: true, ignoresLength: true, gathers: true, compile },
    );
  }

  describe("marginTriplet", () => {
    it("of two orthogonal images is what the margin has above 1", () => {
      const images = [[1, 0], [0, 3]]; // biome-ignore format: one row per image
      for (const negatives of negativeSelections) {
        expectClose([lossOf(images, images, { margin: 1.6, negatives })], [0.6]);
        expectClose([lossOf(images, images, { margin: 0.8, negatives })], [0]);
      }
    });

    it("of equal projections is the margin", () => {
      const ones = Array.from({ length: 4 }, () => [1, 1]);
      for (const negatives of negativeSelections) expectClose([lossOf(ones, ones, { margin: 0.4, negatives })], [0.4]);
    });

    it.each(negativeSelections)("with %s negatives equals the loops written out", (negatives) => {
      const cases = fc.record({
        batch: fc.integer({ min: 2, max: 7 }),
        features: fc.integer({ min: 2, max: 5 }),
        seed: fc.nat(1000),
        margin: fc.double({ min: 0, max: 2, noNaN: true }),
      });
      fc.assert(
        fc.property(cases, ({ batch, features, seed, margin }) => {
          const [a, b] = [matrix(seed, batch, features), matrix(seed + 1, batch, features)];
          const expected = writtenOut(a, b, { views: "other", negatives }, term(margin));
          expectClose([lossOf(a, b, { margin, negatives })], [expected], { absolute: 1e-5, relative: 1e-5 });
        }),
        { numRuns: 40, seed: 1 },
      );
    });

    it("chooses the closest negative that is further than the positive, or the furthest where none is", () => {
      for (const { a, b, positives, chosen } of onTheCircle) {
        const terms = positives.map((positive, i) => term(0.5)(positive, [chosen[i] as number]));
        const mean = terms.reduce((sum, value) => sum + value, 0) / terms.length;
        expectClose([lossOf(a, b, { margin: 0.5, negatives: "semi-hard" })], [mean], { absolute: 1e-6 });
      }
    });

    it("has no gradient from negatives outside the margin", () => {
      const views = tf.tensor2d([[1, 0], [0, 1], [-1, 0.2]]); // biome-ignore format: one row per image
      const gradient = tf.grad((x) => marginTriplet(x as tf.Tensor2D, views, { margin: 0.5 }))(views);
      expectClose(gradient, Array(6).fill(0), { absolute: 0 });
      tf.dispose([views, gradient]);
    });

    it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])("refuses margin %s", (margin) => {
      expect(() => lossOf([[1], [2]], [[1], [2]], { margin })).toThrow(/SIMCLR_ERROR__CORE__INVALID_ARGUMENT.*margin/); // biome-ignore format: rows
    });

    it("refuses a selection that there is not, and a batch of one image", () => {
      const hardest = { margin: 0.5, negatives: "hardest" } as unknown as MarginTripletOptions;
      expect(() => lossOf([[1], [2]], [[1], [2]], hardest)).toThrow(/INVALID_ARGUMENT.*"all" or "semi-hard"/); // biome-ignore format: rows
      expect(() => lossOf([[1, 2]], [[1, 2]], { margin: 0.5 })).toThrow(/SIMCLR_ERROR__LOSSES__NO_NEGATIVES/);
    });
  });
});

function lossOf(a: number[][], b: number[][], options: MarginTripletOptions): number {
  return tf.tidy(() => marginTriplet(tf.tensor2d(a), tf.tensor2d(b), options).dataSync()[0] as number);
}

/** One anchor's loss in double precision. */
function term(margin: number): (positive: number, negatives: number[]) => number {
  return (positive, negatives) =>
    negatives.reduce((sum, s) => sum + Math.max(s - positive + margin, 0), 0) / negatives.length;
}
