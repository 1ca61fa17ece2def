import { normal, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { arrayDataset } from "@simclr/data";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { evaluatorContract } from "./contract.js";
import { colours, free, network, datasets as two } from "./fixtures/three-colours.js";
import {
  elevenPointMeanAveragePrecision,
  type FineTuneTrial,
  fineTuneEvaluator,
  fineTuneGrid,
  fineTuneSearchEvaluator,
  multiLabelLogisticRegressionEvaluator,
  randomInitializationGrid,
  rawPixels,
} from "./index.js";
import { joined } from "./joined.js";
import { resampledMeanAveragePrecision } from "./resampled-mean-average-precision.js";

const key = randomKey(9);

describe("the paper's grids", () => {
  it("have the published ends, spaced by a constant factor", () => {
    const [tuned, random] = [fineTuneGrid(), randomInitializationGrid()];
    expectClose([...tuned.learningRates], [1e-4, 10 ** -3.5, 1e-3, 10 ** -2.5, 1e-2, 10 ** -1.5, 0.1], {
      relative: 1e-12,
    });
    expectClose(tuned.weightDecays.slice(1), [1e-6, 10 ** -5.5, 1e-5, 10 ** -4.5, 1e-4, 10 ** -3.5, 1e-3], { relative: 1e-12 }); // biome-ignore format: one line
    expect([tuned.weightDecays[0], tuned.steps, random.steps]).toEqual([0, 20_000, 40_000]);
    expectClose([...random.learningRates], tuned.learningRates.map((rate) => 10 * rate), { relative: 1e-12 }); // biome-ignore format: one line
    expectClose([...random.weightDecays], [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 10 ** (-5 + i / 2)), { relative: 1e-12 }); // biome-ignore format: one line
  });
});

describeEachBackend(() => {
  evaluatorContract("fineTuneSearchEvaluator", {
    evaluator: fineTuneSearchEvaluator,
    options: { learningRates: [0.3], weightDecays: [0], steps: 15, batchSize: 12 },
    create: () => {
      const subject = network();
      return { subject, parameters: { params: subject.params, state: subject.state } };
    },
    side: 6,
    compile,
  });

  describe("fineTuneSearchEvaluator", () => {
    const datasets = { ...two, validation: colours(12, 5) };
    const options = { key, learningRates: [0.01, 0.3], weightDecays: [0, 0.003], steps: 10, batchSize: 12 };

    it("tries each pair, its decay divided by its rate, and trains on train and validation with the best", async () => {
      const subject = network();
      const trials: FineTuneTrial[] = [];
      const result = await fineTuneSearchEvaluator(subject, datasets, {
        ...options,
        onTrial: (t) => void trials.push(t),
      });
      const common = { key, steps: 10, batchSize: 12 };
      const byHand: FineTuneTrial[] = [];
      for (const [learningRate, weightDecay] of [[0.01, 0], [0.01, 0.003], [0.3, 0], [0.3, 0.003]] as const) {
        const own = { ...common, learningRate, weightDecay: weightDecay / learningRate };
        const { metrics } = await fineTuneEvaluator(subject, { train: datasets.train, test: datasets.validation }, own);
        byHand.push({ learningRate, weightDecay, accuracy: metrics.top1 as number });
      } // biome-ignore format: a table
      expect(trials).toEqual(byHand);
      expect(result.settings.searched).toEqual(byHand);
      const accuracies = byHand.map(({ accuracy }) => accuracy as number);
      const best = byHand[accuracies.indexOf(Math.max(...accuracies))] as FineTuneTrial;
      const { learningRate } = best;
      const whole = { train: joined(datasets.train, datasets.validation), test: datasets.test };
      const own = { ...common, learningRate, weightDecay: best.weightDecay / learningRate };
      const last = await fineTuneEvaluator(subject, whole, own);
      expect(result.metrics).toEqual(last.metrics);
      expect(result.interval).toEqual(last.interval);
      expect(result.counts).toEqual({ train: 24, validation: 12, test: 9, classes: 3 });
      free(subject);
    });

    it("takes finished trials for made, and passes over what ran away", async () => {
      const subject = network();
      const finished = [
        { learningRate: 0.01, weightDecay: 0, accuracy: null },
        { learningRate: 0.01, weightDecay: 0.003, accuracy: 1 },
        { learningRate: 0.3, weightDecay: 0, accuracy: 1 },
      ];
      let made = 0;
      const result = await fineTuneSearchEvaluator(subject, datasets, {
        ...options,
        finished,
        onTrial: () => void made++,
      });
      expect(made).toBe(1);
      expect(result.settings).toMatchObject({ learningRate: 0.01, weightDecay: 0.3 });
      free(subject);
    });

    it("trains with batch norm's decay by the steps of an epoch", async () => {
      const subject = network();
      const decays: number[] = [];
      const withBatchNormDecay = (decay: number) => {
        decays.push(decay);
        return subject.backbone;
      };
      const train = colours(606, 1);
      const few = { key, learningRates: [0.1], weightDecays: [0], steps: 2, batchSize: 3, withBatchNormDecay };
      await fineTuneSearchEvaluator(subject, { ...datasets, train }, few);
      expectClose(decays, [1 - 10 / 202, 1 - 10 / 206], { relative: 1e-12 });
      free(subject);
    });

    it("refuses a search without validation images, empty lists and steps beside epochs", async () => {
      const subject = network();
      const { validation: _, ...without } = datasets;
      const codeOf = (promise: Promise<unknown>) => promise.then(() => "none", (error) => error.code); // biome-ignore format: one line
      expect(await codeOf(fineTuneSearchEvaluator(subject, without, options))).toMatch(/VALIDATION_MISSING$/);
      expect(await codeOf(fineTuneSearchEvaluator(subject, datasets, { ...options, learningRates: [] }))).toMatch(/INVALID_ARGUMENT$/); // biome-ignore format: one line
      expect(await codeOf(fineTuneEvaluator(subject, datasets, { key, steps: 3, epochs: 1 }))).toMatch(/INVALID_ARGUMENT$/); // biome-ignore format: one line
      free(subject);
    });
  });

  describe("multiLabelLogisticRegressionEvaluator", () => {
    const classNames = ["a", "b", "c"];
    const part = (seed: number, length: number) => {
      const pixels = Uint8Array.from(normal(randomKey(seed), length * 12, 128, 50), (x) =>
        Math.max(0, Math.min(255, x)),
      );
      const noise = normal(randomKey(seed + 100), length * 3, 0, 60);
      const truth = Int8Array.from({ length: length * 3 }, (_, i) => {
        const [row, label] = [Math.floor(i / 3), i % 3];
        if (i % 17 === 4) return -1;
        return (pixels[row * 12 + label] as number) + (noise[i] as number) > 140 ? 1 : 0;
      });
      return { ...arrayDataset({ images: pixels, shape: [length, 2, 2, 3] }), classNames, truth };
    };
    const datasets = { train: part(1, 60), validation: part(2, 30), test: part(3, 40) };

    /** Newton's method in double precision, of one class at a time: what L-BFGS has to find. */
    const newton = (sets: (typeof datasets.train)[], pixels: number[][], label: number, lambda: number) => {
      const truth = sets.flatMap((set) => Array.from({ length: set.length }, (_, row) => set.truth[row * 3 + label] as number)); // biome-ignore format: one line
      let w = new Array<number>(13).fill(0);
      for (let round = 0; round < 30; round++) {
        const gradient = w.map((x, i) => (i < 12 ? lambda * x : 0));
        const hessian = w.map((_, i) => w.map((__, j) => (i === j && i < 12 ? lambda : 0)));
        pixels.forEach((row, n) => {
          if (truth[n] === -1) return;
          const x = [...row, 1];
          const p = 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * (w[i] as number), 0)));
          x.forEach((a, i) => {
            gradient[i] = (gradient[i] as number) + (p - (truth[n] as number)) * a;
            x.forEach((b, j) => {
              const line = hessian[i] as number[];
              line[j] = (line[j] as number) + p * (1 - p) * a * b;
            });
          });
        });
        const step = solve(hessian, gradient);
        w = w.map((x, i) => x - (step[i] as number));
      }
      return w;
    };
    const rowsOf = async (set: typeof datasets.train) => {
      const { images } = await set.read(Array.from({ length: set.length }, (_, i) => i));
      return Array.from({ length: set.length }, (_, row) => Array.from(images.subarray(row * 12, row * 12 + 12), (x) => x / 255)); // biome-ignore format: one line
    };

    it("is Newton's method on each class alone, refitted on both parts at the best strength", async () => {
      const tensors = tf.memory().numTensors;
      const regularization = [0.01, 1, 30];
      const result = await multiLabelLogisticRegressionEvaluator(rawPixels, datasets, { key, regularization, tolerance: 1e-6 }); // biome-ignore format: one line
      expect(tf.memory().numTensors).toBe(tensors);
      const [train, validation, test] = await Promise.all([datasets.train, datasets.validation, datasets.test].map(rowsOf)); // biome-ignore format: one line
      const score = (pixels: number[][], weights: number[][]) =>
        pixels.flatMap((row) => weights.map((w) => [...row, 1].reduce((sum, x, i) => sum + x * (w[i] as number), 0)));
      const classes = [0, 1, 2];
      const byHand = [30, 1, 0.01].map((lambda) => {
        const weights = classes.map((label) => newton([datasets.train], train as number[][], label, lambda));
        return elevenPointMeanAveragePrecision(score(validation as number[][], weights), datasets.validation.truth, 3)
          .mean;
      });
      const searched = result.settings.searched as { regularization: number; meanAveragePrecision: number }[];
      expectClose(searched.map((one) => one.meanAveragePrecision), byHand, { absolute: 1e-6 }); // biome-ignore format: one line
      const chosen = [30, 1, 0.01][byHand.indexOf(Math.max(...byHand))] as number;
      expect(result.settings.regularization).toBe(chosen);
      const both = [...(train as number[][]), ...(validation as number[][])];
      const weights = classes.map((label) => newton([datasets.train, datasets.validation], both, label, chosen));
      const expected = elevenPointMeanAveragePrecision(score(test as number[][], weights), datasets.test.truth, 3);
      expectClose([result.metrics.vocMeanAveragePrecision11 as number], [expected.mean], { absolute: 1e-6 });
      expectClose(Object.values(result.settings.averagePrecision as object), [...expected.perClass], {
        absolute: 1e-6,
      });
      expect(expected.mean).toBeGreaterThan(0.5);
      expect(result.interval[0]).toBeLessThan(expected.mean);
      expect(result.interval[1]).toBeGreaterThan(expected.mean);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it.each([
      ["no validation part", { validation: undefined }, "VALIDATION_MISSING"],
      ["a class that no test image shows", { test: { ...datasets.test, truth: datasets.test.truth.map((x, i) => (i % 3 === 1 ? 0 : x)) } }, "EMPTY_CLASS"],
      ["a truth that is cut off", { train: { ...datasets.train, truth: datasets.train.truth.slice(3) } }, "INVALID_ARGUMENT"],
      ["other classes", { test: { ...datasets.test, classNames: ["a", "c", "b"] } }, "INVALID_ARGUMENT"],
    ])("refuses %s", async (_, wrong, code) => {
      const parts = { ...datasets, ...wrong } as typeof datasets;
      const error = await multiLabelLogisticRegressionEvaluator(rawPixels, parts, { key }).catch((e) => e);
      expect(error.code).toMatch(new RegExp(`__${code}$`));
    }); // biome-ignore format: a table
  });
});

describe("resampledMeanAveragePrecision", () => {
  it("is the metric of the rows that were drawn, written out", () => {
    const scores = normal(randomKey(1), 60, 0, 1);
    const truth = Int8Array.from(normal(randomKey(2), 60, 0, 1), (x) => (x > 0.6 ? 1 : x < -1.2 ? -1 : 0));
    const statistic = resampledMeanAveragePrecision(scores, truth, 2);
    for (let draw = 0; draw < 20; draw++) {
      const rows = Int32Array.from({ length: 30 }, (_, i) => (i * 7 + draw * (i % 5) * 3) % 30);
      const pick = (from: ArrayLike<number>) => [...rows].flatMap((row) => [from[2 * row] as number, from[2 * row + 1] as number]); // biome-ignore format: one line
      const expected = elevenPointMeanAveragePrecision(pick(scores), Int8Array.from(pick(truth)), 2).mean;
      expect(statistic(rows)).toBeCloseTo(expected, 12);
    }
  });
});

/** Gauss and Jordan. */
function solve(matrix: number[][], vector: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i] as number]);
  rows.forEach((pivot, i) => {
    const scale = pivot[i] as number;
    for (let j = 0; j < pivot.length; j++) pivot[j] = (pivot[j] as number) / scale;
    rows.forEach((row, k) => {
      if (k === i) return;
      const factor = row[i] as number;
      for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    });
  });
  return rows.map((row) => row.at(-1) as number);
}
