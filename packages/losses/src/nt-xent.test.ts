import { eager } from "@simclr/core";
import { expectClose, expectGradient } from "@simclr/core/testing";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeContrastiveLoss } from "./contract.js";
import { cosine, dot, matrix, type WrittenOutOptions, writtenOut } from "./fixtures/written-out.js";
import { contrastiveMetrics, type NtXentOptions, ntXent, softmaxCrossEntropy } from "./index.js";

// Three pairs and the official loss at three temperatures, from objective.py of google-research/simclr@383d414.
const viewA = [[1, 2, 3], [-1, 0, 2], [0.5, -1, 1]]; // biome-ignore format: one row per image
const viewB = [[1, 2, 2.5], [-1, 0.5, 2], [1, -1, 0.5]]; // biome-ignore format: one row per image
const official = { 0.1: 0.08832407, 0.5: 1.594720703, 1: 2.295345253 };

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  for (const temperature of [0.1, 0.5]) {
    describeContrastiveLoss(
      `ntXent at ${temperature}`,
      (options) => (a, b) => ntXent(a, b, { temperature, ...options }),
      { symmetric: true, ignoresLength: true, gathers: true, compile },
    );
  }

  const variants = {
    "with semi-hard negatives": { temperature: 0.5, negatives: "semi-hard" },
    "without normalisation": { temperature: 10, normalize: false },
  } as const;
  for (const [name, variant] of Object.entries(variants)) {
    describeContrastiveLoss(`ntXent ${name}`, (options) => (a, b) => ntXent(a, b, { ...variant, ...options }), {
      symmetric: true,
      ignoresLength: !("normalize" in variant),
      prefersAgreement: !("normalize" in variant),
      gathers: true,
      compile,
    });
  }

  describe("ntXent", () => {
    it.each(Object.entries(official))("at temperature %s is half of the official loss", (temperature, twice) => {
      expectClose([lossOf(viewA, viewB, Number(temperature))], [twice / 2], { absolute: 2e-7 });
    });

    it("of equal projections is ln(2N - 1); the official value for N = 4 is 3.891820298", () => {
      const ones = Array.from({ length: 4 }, () => [1, 1]);
      expectClose([lossOf(ones, ones, 0.1)], [3.891820298 / 2]);
    });

    it("equals the sum over pairs, written out", () => {
      const sizes = { batch: fc.integer({ min: 2, max: 7 }), features: fc.integer({ min: 1, max: 5 }) };
      const cases = fc.record({
        ...sizes,
        seed: fc.nat(1000),
        temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
      });
      fc.assert(
        fc.property(cases, ({ batch, features, seed, temperature }) => {
          const [a, b] = [matrix(seed, batch, features), matrix(seed + 1, batch, features)];
          expectClose([lossOf(a, b, temperature)], [byPairs(a, b, temperature)], { absolute: 1e-5, relative: 1e-5 });
        }),
        { numRuns: 25, seed: 1 },
      );
    });

    it.each([0.01, 0.001])(
      "at temperature %s equals the double precision value where raw exponentials overflow",
      (t) => {
        const [a, b] = [matrix(5, 6, 8), matrix(6, 6, 8)];
        expectClose([lossOf(a, b, t)], [byPairs(a, b, t)], { relative: 1e-4 });
      },
    );

    it("equals the sum over pairs with semi-hard negatives, and over dot products without normalisation", () => {
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const [a, b] = [matrix(seed, 6, 4), matrix(seed + 20, 6, 4)];
        const semiHard = { negatives: "semi-hard" } as const;
        expectClose([lossOf(a, b, 0.3, semiHard)], [byPairs(a, b, 0.3, semiHard)], { relative: 1e-5 });
        for (const temperature of [1, 10]) {
          const expected = byPairs(a, b, temperature, { similarity: dot });
          expectClose([lossOf(a, b, temperature, { normalize: false })], [expected], { relative: 1e-5 });
        }
      }
    });

    it("chooses the closest negative that is further than the positive, from both views", () => {
      const [a, b] = [
        [[1, 0], [0, 1]],
        [[1, 0], [0.6, 0.8]],
      ]; // biome-ignore format: one row per image
      // Positives 1, 1, 0.8, 0.8; chosen for the anchors: 0.6, 0.6, 0 (from either view), 0.6 (from either view).
      const expected = [0.4, 0.4, 0.8, 0.2].reduce((sum, gap) => sum + Math.log1p(Math.exp(-gap)), 0) / 4;
      expectClose([lossOf(a, b, 1, { negatives: "semi-hard" })], [expected]);
    });

    it.each([1, 3, 7, 100])("is the same in pieces of %i anchors, its gradients too", (chunkSize) => {
      const views = [tf.tensor2d(matrix(3, 6, 5)), tf.tensor2d(matrix(4, 6, 5))];
      const [whole, inPieces] = [{}, { chunkSize }].map((options) => {
        const loss = (a: tf.Tensor, b: tf.Tensor) =>
          ntXent(a as tf.Tensor2D, b as tf.Tensor2D, { temperature: 0.2, ...options });
        const { value, grads } = tf.valueAndGrads(loss)(views);
        const numbers = [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
        tf.dispose([value, ...grads]);
        return numbers;
      }) as [number[], number[]];
      expectClose(inPieces, whole, { absolute: 1e-6 });
      tf.dispose(views);
    });

    it("needs no matrix of all pairs: 20 anchors at a time of 1,000 take less than a quarter of its memory", async () => {
      const views = [tf.tensor2d(matrix(3, 500, 2)), tf.tensor2d(matrix(4, 500, 2))];
      const loss = (a: tf.Tensor, b: tf.Tensor) =>
        ntXent(a as tf.Tensor2D, b as tf.Tensor2D, { temperature: 0.5, chunkSize: 20 });
      const { peakBytes } = await tf.profile(() => tf.dispose(tf.valueAndGrads(loss)(views)));
      expect(peakBytes).toBeLessThan((1000 * 1000 * 4) / 4);
      tf.dispose(views);
    });

    it.each([0, -1, 1.5, Number.NaN])("refuses pieces of %s anchors", (chunkSize) => {
      expect(() => lossOf(viewA, viewB, 0.5, { chunkSize })).toThrow(/SIMCLR_ERROR__CORE__INVALID_ARGUMENT.*chunkSize/);
    });

    it.each([1e-6, 1e6])("is finite at temperature %s, its gradient too", (temperature) => {
      const inputs = [tf.tensor2d(viewA), tf.tensor2d(viewB)];
      const { value, grads } = tf.valueAndGrads((a, b) => ntXent(a as tf.Tensor2D, b as tf.Tensor2D, { temperature }))(
        inputs,
      );
      for (const tensor of [value, ...grads]) expect([...tensor.dataSync()].every(Number.isFinite)).toBe(true);
      expect(value.dataSync()[0]).toBeGreaterThanOrEqual(0);
      tf.dispose([...inputs, value, ...grads]);
    });

    it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses temperature %s", (temperature) => {
      expect(() => lossOf(viewA, viewB, temperature)).toThrow(/SIMCLR_ERROR__CORE__INVALID_ARGUMENT.*temperature/);
    });

    it("refuses a batch of one image, which has no negatives", () => {
      expect(() => lossOf([[1, 2]], [[1, 2]], 0.5)).toThrow(/SIMCLR_ERROR__LOSSES__NO_NEGATIVES/);
    });

    it("refuses projections that are not rows", () => {
      const images = tf.zeros([2, 2, 2]) as unknown as tf.Tensor2D;
      expect(() => ntXent(images, images, { temperature: 1 })).toThrow(/VIEW_SHAPE_MISMATCH.*tf\.reshape/);
      images.dispose();
    });
  });

  describe("softmaxCrossEntropy", () => {
    const logits = [1000, 999, 0.5, 0.2, -1, 3];
    const target = () => tf.tensor2d([0, 1, 0, 0, 0, 1], [2, 3]);

    it("is the mean of -log softmax at the target, written out, at logits of any size", () => {
      const row = (values: number[], own: number) => {
        const highest = Math.max(...values);
        return highest + Math.log(values.reduce((sum, x) => sum + Math.exp(x - highest), 0)) - (values[own] as number);
      };
      const expected = (row(logits.slice(0, 3), 1) + row(logits.slice(3), 2)) / 2;
      expectClose(softmaxCrossEntropy(tf.tensor2d(logits, [2, 3]), target()), [expected]);
    });

    it("has the gradient of finite differences", () => {
      const small = tf.tensor2d([0.3, -0.2, 0.5, 0.2, -1, 0.7], [2, 3]);
      expectGradient((x) => softmaxCrossEntropy(x as tf.Tensor2D, target()), [small]);
    });
  });

  describe("contrastiveMetrics", () => {
    const measure = (a: number[][], b: number[][], temperature: number) =>
      tf.tidy(() => {
        const metrics = contrastiveMetrics(tf.tensor2d(a), tf.tensor2d(b), { temperature });
        return [metrics.contrastiveAccuracy, metrics.contrastiveEntropy].map((m) => m.dataSync()[0] as number);
      });

    it("equals the rows of softmax(logits_ab), written out", () => {
      for (const seed of [1, 2, 3]) {
        const [a, b] = [matrix(seed, 6, 3), matrix(seed + 10, 6, 3)];
        expectClose(measure(a, b, 0.3), metricsByRows(a, b, 0.3), { relative: 1e-5, absolute: 1e-5 });
      }
    });

    it("counts an image as found only when no other view B is nearer", () => {
      expect(measure([[1, 0], [0, 1], [1, 1]], [[1, 0.1], [1, 2], [0.2, 1]], 0.5)[0]).toBeCloseTo(1 / 3, 6); // biome-ignore format: rows
    });

    it("has entropy ln N where nothing is told apart, and 0 where everything is", () => {
      const ones = Array.from({ length: 5 }, () => [1, 1]);
      expect(measure(ones, ones, 0.1)[1]).toBeCloseTo(Math.log(5), 5);
      expectClose(measure([[1, 0], [0, 1]], [[1, 0], [0, 1]], 0.001), [1, 0]); // biome-ignore format: rows
    });

    it("without normalisation equals the rows of softmax of the dot products", () => {
      const [a, b] = [matrix(1, 6, 3), matrix(11, 6, 3)];
      const metrics = tf.tidy(() => {
        const { contrastiveAccuracy, contrastiveEntropy } = contrastiveMetrics(tf.tensor2d(a), tf.tensor2d(b), {
          temperature: 10,
          normalize: false,
        });
        return [contrastiveAccuracy, contrastiveEntropy].map((m) => m.dataSync()[0] as number);
      });
      expectClose(metrics, metricsByRows(a, b, 10, dot), { relative: 1e-5, absolute: 1e-5 });
    });

    it("leaves its views alone and no tensor behind", () => {
      const [a, b] = [tf.tensor2d(viewA), tf.tensor2d(viewB)];
      const before = tf.memory().numTensors;
      tf.dispose(contrastiveMetrics(a, b, { temperature: 0.1 }));
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([a, b]);
    });
  });
});

function lossOf(a: number[][], b: number[][], temperature: number, options: Partial<NtXentOptions> = {}): number {
  return tf.tidy(() => ntXent(tf.tensor2d(a), tf.tensor2d(b), { temperature, ...options }).dataSync()[0] as number);
}

/** Equation 1 of the paper in double precision, one pair at a time. */
function byPairs(a: number[][], b: number[][], temperature: number, options: Partial<WrittenOutOptions> = {}): number {
  return writtenOut(a, b, { views: "both", ...options }, (positive, negatives) => {
    const logits = [positive, ...negatives].map((s) => s / temperature);
    const highest = Math.max(...logits);
    const denominator = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
    return highest + Math.log(denominator) - positive / temperature;
  });
}

function metricsByRows(a: number[][], b: number[][], temperature: number, similarity = cosine): number[] {
  let [found, entropy] = [0, 0];
  a.forEach((row, i) => {
    const powers = b.map((other) => Math.exp(similarity(row, other) / temperature));
    const total = powers.reduce((sum, p) => sum + p, 0);
    if (powers.every((p) => p <= (powers[i] as number))) found++;
    for (const p of powers) entropy -= (p / total) * Math.log(p / total);
  });
  return [found / a.length, entropy / a.length];
}
