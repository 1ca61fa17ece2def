import { randomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { tintedSquares } from "./contract/tinted-squares.js";
import {
  type Encoder,
  embed,
  embedOnce,
  type Features,
  knn,
  knnEvaluator,
  linearEvaluation,
  linearFeaturesEvaluator,
  logisticRegression,
  logisticRegressionEvaluator,
  logisticRegressionSearch,
  meanPerClassAccuracy,
  retrieval,
  retrievalEvaluator,
} from "./index.js";

// Classes of 24, 12 and 6 test images.
const labels = (count: number) => Array.from({ length: count }, (_, i) => [0, 0, 0, 0, 1, 1, 2][i % 7] as number);
const [train, validation, test] = [70, 35, 42].map((count, i) => tintedSquares(i + 1, labels(count), 2, 3)) as [
  Dataset,
  Dataset,
  Dataset,
];
const datasets = { train, validation, test };
const encoder: Encoder = (images) => tf.mean(images, [1, 2]) as tf.Tensor2D;
const features = (dataset: Dataset) => embed(encoder, dataset);
const key = randomKey(3);

describeEachBackend(() => {
  describe("evaluators measure what their protocols do", () => {
    it("kNN", async () => {
      const direct = await knn(await features(train), await features(test), { k: 9, temperature: 0.2, classCount: 3 });
      const result = await knnEvaluator(encoder, datasets, { key, k: 9, temperature: 0.2, metric: "meanPerClass" });
      const meanPerClass = meanPerClassAccuracy(direct.confusion);
      expect(result.metrics).toEqual({ top1: direct.top1, top5: 1, meanPerClass });
      expect(result.predictions).toEqual(direct.predictions);
      expect(result.confusion).toEqual(direct.confusion);
      expect(result).toMatchObject({
        protocol: "knn",
        primary: "meanPerClass",
        settings: { k: 9, temperature: 0.2, metric: "meanPerClass" },
        counts: { train: 70, validation: 0, test: 42, classes: 3 },
      });
    });

    it("linear evaluation, with its defaults filled in", async () => {
      const options = { classCount: 3, key, epochs: 12 };
      const direct = await linearEvaluation(await features(train), await features(test), options);
      const { metrics, settings } = await linearFeaturesEvaluator(encoder, datasets, { key, epochs: 12 });
      expect(metrics).toMatchObject({ top1: direct.top1, loss: direct.loss });
      expect(settings).toEqual({
        epochs: 12,
        batchSize: 70,
        learningRate: (0.1 * 70) / 256,
        weightDecay: 0,
        normalization: "standardize",
        metric: "top1",
      });
    });

    it("logistic regression, searched and not", async () => {
      const parts: [Features, Features, Features] = [
        await features(train),
        await features(validation),
        await features(test),
      ];
      const searched = await logisticRegressionSearch(
        { train: parts[0], validation: parts[1], test: parts[2] },
        { classCount: 3, regularizations: [0.01, 1, 100] },
      );
      const result = await logisticRegressionEvaluator(encoder, datasets, { key, regularization: [0.01, 1, 100] });
      expect(result.metrics).toMatchObject({ top1: searched.top1, loss: searched.loss });
      expect(result.settings).toMatchObject({ regularization: searched.regularization, searched: searched.searched });
      expect(result.counts.validation).toBe(35);
      const direct = await logisticRegression(parts[0], parts[2], { classCount: 3, regularization: 1 });
      const one = await logisticRegressionEvaluator(encoder, datasets, { key, regularization: 1 });
      expect(one.metrics).toMatchObject({ top1: direct.top1, loss: direct.loss });
      expect(one.counts.validation).toBe(0);
    });

    it("retrieval", async () => {
      const direct = await retrieval(await features(test), await features(train), { k: [2, 1] });
      const { metrics, primary } = await retrievalEvaluator(encoder, datasets, { key, k: [2, 1] });
      expect(metrics).toEqual({
        "recall@1": direct.recall[1],
        "recall@2": direct.recall[2],
        meanAveragePrecision: direct.meanAveragePrecision,
      });
      expect(primary).toBe("recall@2");
    });

    it("the interval is the bootstrap of the test images", async () => {
      const [a, b, fewer] = [
        await knnEvaluator(encoder, datasets, { key, k: 1 }),
        await knnEvaluator(encoder, datasets, { key: randomKey(4), k: 1 }),
        await knnEvaluator(encoder, datasets, { key, k: 1, resamples: 5 }),
      ];
      expect(b.metrics).toEqual(a.metrics);
      expect(a.metrics.top1).toBeLessThan(0.95);
      // The normal interval of this accuracy of 42 images, roughly.
      const accuracy = a.metrics.top1 as number;
      const spread = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / 42);
      expect(Math.abs(a.interval[0] - (accuracy - spread))).toBeLessThan(0.05);
      expect(fewer.interval).not.toEqual(a.interval);
    });
  });

  describe("embedOnce", () => {
    const counted = () => {
      let images = 0;
      const counting: Encoder = (x) => {
        images += x.shape[0];
        return encoder(x);
      };
      return { counting, images: () => images };
    };

    it("embeds each dataset once for all protocols, also at the same time", async () => {
      const { counting, images } = counted();
      const shared = { key, embed: embedOnce() };
      const results = await Promise.all([
        knnEvaluator(counting, datasets, { ...shared, k: 3 }),
        retrievalEvaluator(counting, datasets, shared),
        logisticRegressionEvaluator(counting, datasets, { ...shared, regularization: [0.1, 1] }),
      ]);
      expect(images()).toBe(70 + 35 + 42);
      const alone = await knnEvaluator(encoder, datasets, { key, k: 3 });
      expect(results[0]?.metrics).toEqual(alone.metrics);
    });

    it("tells encoders apart, and tries again after an error", async () => {
      const remembering = embedOnce();
      const [a, b] = [counted(), counted()];
      await remembering(a.counting, test);
      await remembering(b.counting, test);
      expect([a.images(), b.images()]).toEqual([42, 42]);
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(remembering(a.counting, train, { signal })).rejects.toThrow("enough");
      expect((await remembering(a.counting, train)).count).toBe(70);
    });
  });
});

describe("evaluators refuse before they embed", () => {
  const never: Encoder = () => {
    throw new Error("embedded");
  };
  it.each([
    ["CORE__INVALID_ARGUMENT", () => knnEvaluator(never, datasets, { key, k: 5, temperature: 0 })],
    ["CORE__INVALID_ARGUMENT", () => knnEvaluator(never, datasets, { key, k: 1.5 })],
    ["CORE__INVALID_ARGUMENT", () => knnEvaluator(never, datasets, { key, k: 1, metric: "top7" as "top1" })],
    ["CORE__INVALID_ARGUMENT", () => knnEvaluator(never, datasets, { key, k: 1, resamples: 0 })],
    ["CORE__INVALID_ARGUMENT", () => linearFeaturesEvaluator(never, datasets, { key, learningRate: -1 })],
    ["CORE__INVALID_ARGUMENT", () => linearFeaturesEvaluator(never, datasets, { key, weightDecay: Number.NaN })],
    ["CORE__INVALID_ARGUMENT", () => linearFeaturesEvaluator(never, datasets, { key, normalization: "l3" as "l2" })],
    ["CORE__INVALID_ARGUMENT", () => logisticRegressionEvaluator(never, datasets, { key, regularization: -1 })],
    ["CORE__INVALID_ARGUMENT", () => logisticRegressionEvaluator(never, datasets, { key, regularization: [] })],
    ["CORE__INVALID_ARGUMENT", () => logisticRegressionEvaluator(never, datasets, { key, tolerance: 0 })],
    ["EVALUATION__VALIDATION_MISSING", () => logisticRegressionEvaluator(never, { train, test }, { key })],
    ["EVALUATION__TOO_FEW_NEIGHBOURS", () => knnEvaluator(never, datasets, { key })],
    ["EVALUATION__TOO_FEW_NEIGHBOURS", () => retrievalEvaluator(never, datasets, { key, k: [71] })],
    ["EVALUATION__ONE_CLASS", () => knnEvaluator(never, oneClass(), { key, k: 1 })],
  ])("%s %#", async (code, run) => {
    await expect(run()).rejects.toMatchObject({ code: `SIMCLR_ERROR__${code}` });
  });
});

function oneClass() {
  const one = tintedSquares(1, [0, 0, 0], 2, 1);
  return { train: one, test: one };
}
