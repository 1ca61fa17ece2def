import { readFileSync } from "node:fs";
import { randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { linearEvaluation } from "./index.js";
import { normalizeFeatures } from "./normalize-features.js";

// Three overlapping clouds, columns of very different sizes, and scikit-learn's fit of them.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/logistic-regression.json", import.meta.url), "utf8"));
const set = (values: number[], labels: number[]) => ({
  values: Float32Array.from(values),
  count: labels.length,
  size: 5,
  labels: Int32Array.from(labels),
});
const train = set(fixture.train, fixture.trainLabels);
const test = set(fixture.test, fixture.testLabels);
const options = { classCount: 3, key: randomKey(1) };

describeEachBackend((backendName) => {
  describe("linearEvaluation", () => {
    it("finds scikit-learn's unpenalised logistic regression", async () => {
      // One batch of all rows, and time to converge: the optimum of a convex problem.
      const result = await linearEvaluation(train, test, { ...options, epochs: 400, batchSize: 400, learningRate: 1 });
      expectClose([result.loss], [fixture.loss], { absolute: 2e-3 });
      const same = result.predictions.filter((prediction, row) => prediction === fixture.predictions[row]).length;
      expect(same).toBeGreaterThanOrEqual(fixture.predictions.length - 1);
      expect(Math.abs(result.top1 - fixture.top1)).toBeLessThan(0.004);
      expect(result.top5).toBe(1);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it("comes within two points of it with the default recipe in batches", async () => {
      const { top1 } = await linearEvaluation(train, test, { ...options, epochs: 60, batchSize: 64 });
      expect(Math.abs(top1 - fixture.top1)).toBeLessThan(0.02);
    });

    it("is the same for the same key, and another for another", async () => {
      const few = { ...options, epochs: 2, batchSize: 32 };
      const [first, again] = [await linearEvaluation(train, test, few), await linearEvaluation(train, test, few)];
      expect(again).toEqual(first);
      expect((await linearEvaluation(train, test, { ...few, key: randomKey(2) })).loss).not.toBe(first.loss);
    });

    it.runIf(backendName === "tensorflow")("is the same compiled", async () => {
      const few = { ...options, epochs: 3, batchSize: 32 };
      const [eagerly, compiled] = [
        await linearEvaluation(train, test, few),
        await linearEvaluation(train, test, { ...few, compile }),
      ];
      expectClose([compiled.loss], [eagerly.loss], { relative: 1e-4 });
    });

    it("shrinks its weights with weight decay", async () => {
      const losses = await Promise.all(
        [0, 10].map((weightDecay) =>
          linearEvaluation(train, test, { ...options, epochs: 30, learningRate: 0.05, weightDecay }),
        ),
      );
      const [free, held] = losses.map(({ loss }) => loss) as [number, number];
      // Held at nearly zero, it can say little more than that there are three classes.
      expect(held).toBeGreaterThan(free);
      expect(held).toBeGreaterThan(0.8 * Math.log(3));
    });

    it("leaves no tensor behind", async () => {
      const before = tf.memory().numTensors;
      await linearEvaluation(train, test, { ...options, epochs: 1 });
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each([{ epochs: 0 }, { batchSize: 1.5 }, { learningRate: -1 }])("refuses %j", async (wrong) => {
      const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
      await expect(linearEvaluation(train, test, { ...options, ...wrong })).rejects.toMatchObject({ code });
    });
  });
});

describe("normalizeFeatures", () => {
  const small = { values: Float32Array.of(1, 5, 0, 3, 5, 4), count: 2, size: 3 };
  const other = { values: Float32Array.of(3, 6, 8), count: 1, size: 3 };

  it("standardizes both sets by the train set's columns, and constant ones to 0", () => {
    const [a, b] = normalizeFeatures(small, other, "standardize");
    expectClose(a, [-1, 0, -1, 1, 0, 1]);
    expectClose(b, [1, 0, 3]);
  });

  it("gives rows the length 1", () => {
    const [a] = normalizeFeatures({ values: Float32Array.of(3, 4, 0, 0), count: 2, size: 2 }, other, "l2");
    expectClose(a, [0.6, 0.8, 0, 0]);
  });

  it("leaves features alone on request", () => {
    expect(normalizeFeatures(small, other, "none")).toEqual([small.values, other.values]);
  });
});
