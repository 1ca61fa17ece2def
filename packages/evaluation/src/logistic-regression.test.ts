import { readFileSync } from "node:fs";
import { eager } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { LabelledFeatures } from "./features.js";
import { fitLogisticRegression, logisticRegression, logisticRegressionSearch, regularizationGrid } from "./index.js";
import { softmaxObjective } from "./softmax-objective.js";

// Scikit-learn's handwritten digits, 4 x 4 pixels of them, and its fits with C = 1 / lambda in double precision.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/logistic-regression-path.json", import.meta.url), "utf8"));
const { size, classCount } = fixture as { size: number; classCount: number };
const rows = (start: number, end: number): LabelledFeatures => ({
  values: Float32Array.from((fixture.sixteenths as number[]).slice(start * size, end * size), (x) => x / 16),
  count: end - start,
  size,
  labels: Int32Array.from(fixture.labels.slice(start, end)),
});
const [train, validation, test] = [rows(0, 300), rows(300, 450), rows(450, 600)];
interface Fit {
  regularization: number;
  kernel: number[];
  bias: number[];
  objective: number;
  loss: number;
  predictions: number[];
}
const fits = fixture.fits as Fit[];
const unequal = (a: readonly number[], b: readonly number[]) => a.filter((value, i) => value !== b[i]).length;

describeEachBackend((backendName) => {
  describe("logisticRegression", () => {
    it.each(fits)("is scikit-learn's at lambda = 1/C = $regularization", async (expected) => {
      const { regularization } = expected;
      const model = await fitLogisticRegression([train], { classCount, regularization, tolerance: 1e-6 });
      expect(model.converged).toBe(true);
      // The penalty's curvature is lambda / n: a gradient of 1e-6 leaves weights off by up to 1e-6 n / lambda.
      const tolerances = { absolute: Math.min(1e-2, (1e-6 * train.count) / regularization), relative: 1e-3 };
      expectClose(model.kernel, expected.kernel, tolerances);
      expectClose(model.bias, expected.bias, tolerances);
      expectClose([model.objective], [expected.objective], { absolute: 0, relative: 1e-6 });
      const result = await logisticRegression(train, test, { classCount, regularization });
      expectClose([result.loss], [expected.loss], { absolute: 0, relative: 5e-4 });
      expect(unequal(result.predictions, expected.predictions)).toBe(0);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it("has the gradient that finite differences have", async () => {
      const objective = softmaxObjective([rows(0, 40)], classCount, eager);
      const at = Float64Array.from({ length: (size + 1) * classCount }, (_, i) => Math.sin(i));
      const { gradient } = await objective.evaluate(at);
      for (const i of [0, 7, 33, size * classCount, size * classCount + 9]) {
        const value = async (shift: number) =>
          (await objective.evaluate(at.map((x, j) => (j === i ? x + shift : x)))).value;
        expectClose([gradient[i] as number], [((await value(0.05)) - (await value(-0.05))) / 0.1], { absolute: 1e-4 });
      }
      objective.dispose();
    });

    it("takes rows in several sets as in one", async () => {
      const options = { classCount, regularization: 1, tolerance: 1e-6 };
      const [one, two] = [
        await fitLogisticRegression([rows(0, 450)], options),
        await fitLogisticRegression([train, validation], options),
      ];
      expectClose(two.kernel, one.kernel, { absolute: 1e-3 });
    });

    it.runIf(backendName === "tensorflow")("is the same compiled, and each time to the last bit", async () => {
      const options = { classCount, regularization: 0.01, compile };
      const [first, again] = [
        await logisticRegression(train, test, options),
        await logisticRegression(train, test, options),
      ];
      expect(again).toEqual(first);
      const eagerly = await logisticRegression(train, test, { classCount, regularization: 0.01 });
      expectClose([first.objective], [eagerly.objective], { absolute: 0, relative: 1e-5 });
      expectClose([first.loss], [eagerly.loss], { absolute: 0, relative: 1e-3 });
    });

    it.runIf(backendName === "tensorflow")("goes over the borders of blocks", async () => {
      // The same rows 60 times: at 60 lambda, the same minimum.
      const times = 60;
      const many = {
        values: Float32Array.from(
          { length: times * train.values.length },
          (_, i) => train.values[i % train.values.length] as number,
        ),
        count: times * train.count,
        size,
        labels: Int32Array.from({ length: times * train.count }, (_, i) => train.labels[i % train.count] as number),
      };
      const [one, sixty] = [
        await fitLogisticRegression([train], { classCount, regularization: 1, tolerance: 1e-6 }),
        await fitLogisticRegression([many], { classCount, regularization: times, tolerance: 1e-6 }),
      ];
      expectClose(sixty.kernel, one.kernel, { absolute: 2e-3 });
    });

    it("leaves no tensor behind, also when it is stopped", async () => {
      const before = tf.memory().numTensors;
      await logisticRegression(train, test, { classCount, regularization: 10 });
      const signal = AbortSignal.abort(new Error("enough"));
      const stopped = logisticRegression(train, test, { classCount, regularization: 10, signal });
      await expect(stopped).rejects.toThrow("enough");
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe("logisticRegressionSearch", () => {
    it("chooses as a search by scikit-learn, and refits as it", async () => {
      const { grid, accuracies, chosen, loss, predictions } = fixture.search;
      const result = await logisticRegressionSearch(
        { train, validation, test },
        { classCount, regularizations: grid, ...(backendName === "tensorflow" && { compile }) },
      );
      const found = [...result.searched].reverse();
      expectClose(
        found.map(({ accuracy }) => accuracy),
        accuracies,
        { absolute: 1.01 / 150 },
      );
      expect(result.searched.every(({ converged }) => converged)).toBe(true);
      expectClose([result.regularization], [chosen], { relative: 1e-12 });
      expectClose([result.loss], [loss], { relative: 1e-3 });
      expect(unequal(result.predictions, predictions)).toBe(0);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it("never lets the test rows choose", async () => {
      const options = { classCount, regularizations: [0.1, 10] };
      const wrong = { ...test, labels: test.labels.map((label) => (label + 1) % classCount) };
      const [right, other] = [
        await logisticRegressionSearch({ train, validation, test }, options),
        await logisticRegressionSearch({ train, validation, test: wrong }, options),
      ];
      expect(other.searched).toEqual(right.searched);
      expect(other.predictions).toEqual(right.predictions);
    });
  });
});

describe("regularizationGrid", () => {
  it("has the paper's 45 strengths", () => {
    const grid = regularizationGrid();
    expect(grid).toHaveLength(45);
    expectClose([grid[0] ?? 0, grid[4] ?? 0, grid[44] ?? 0], [1e-6, 1e-5, 1e5], { absolute: 0, relative: 1e-12 });
  });
});

describe("logistic regression refuses", () => {
  const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
  it.each([{ regularization: -1 }, { regularization: Number.NaN }, { tolerance: 0 }, { maxIterations: 0.5 }])(
    "%j",
    async (wrong) => {
      const run = logisticRegression(train, test, { classCount, regularization: 1, ...wrong });
      await expect(run).rejects.toMatchObject({ code });
    },
  );

  it("an empty search and an unknown metric", async () => {
    const sets = { train, validation, test };
    await expect(logisticRegressionSearch(sets, { classCount, regularizations: [] })).rejects.toMatchObject({ code });
    const metric = "top7" as "top1";
    await expect(logisticRegressionSearch(sets, { classCount, metric })).rejects.toMatchObject({ code });
  });
});
