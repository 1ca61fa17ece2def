import { readFileSync } from "node:fs";
import { randomKey, uniform } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classificationResult } from "./classification-result.js";
import { bootstrapInterval } from "./index.js";

const fixture = JSON.parse(readFileSync(new URL("./fixtures/metrics.json", import.meta.url), "utf8"));
const meanOf = (values: ArrayLike<number>) => (rows: Int32Array) =>
  rows.reduce((sum, row) => sum + (values[row] as number), 0) / rows.length;

describe("bootstrapInterval", () => {
  it("equals SciPy's percentile bootstrap of 20,000 resamples, to one image in 80", () => {
    const labels = Int32Array.from(fixture.labels);
    const { predictions } = classificationResult(fixture.scores, labels, fixture.classCount);
    const right = predictions.map((prediction, row) => (prediction === labels[row] ? 1 : 0));
    const interval = bootstrapInterval(80, meanOf(right), { key: randomKey(3), resamples: 20_000 });
    expectClose(interval, fixture.bootstrap, { absolute: 1 / 80 + 1e-12, relative: 0 });
  });

  it("is the mean's normal interval where there are many images", () => {
    const values = uniform(randomKey(9), 4000);
    const mean = values.reduce((sum, value) => sum + value) / 4000;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4000);
    const [low, high] = bootstrapInterval(4000, meanOf(values), { key: randomKey(1) });
    const spread = (1.959964 * deviation) / Math.sqrt(4000);
    expectClose([low, high], [mean - spread, mean + spread], { absolute: 0.1 * spread, relative: 0 });
  });

  const someValues = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 });
  const few = (seed: number) => ({ key: randomKey(seed), resamples: 60 });

  it("holds the statistic, lies within the values, and is wider at a higher level", () => {
    fc.assert(
      fc.property(someValues, fc.nat(), (values, seed) => {
        const mean = meanOf(values);
        const estimate = mean(Int32Array.from(values.keys()));
        const [low, high] = bootstrapInterval(values.length, mean, few(seed));
        expect(low <= estimate && estimate <= high).toBe(true);
        expect(low >= Math.min(...values) - 1e-12 && high <= Math.max(...values) + 1e-12).toBe(true);
        const [lower, higher] = bootstrapInterval(values.length, mean, { ...few(seed), level: 0.99 });
        expect(lower <= low && high <= higher).toBe(true);
      }),
    );
  });

  it("is moved and scaled with the values, has no width for equal ones, and is the key's alone", () => {
    fc.assert(
      fc.property(someValues, fc.nat(), (values, seed) => {
        const interval = bootstrapInterval(values.length, meanOf(values), few(seed));
        const moved = values.map((value) => 3 * value + 5);
        const scaled = interval.map((end) => 3 * end + 5);
        expectClose(bootstrapInterval(values.length, meanOf(moved), few(seed)), scaled, { absolute: 1e-9 });
        expect(bootstrapInterval(values.length, meanOf(values), few(seed))).toEqual(interval);
        expect(bootstrapInterval(values.length, () => 7, few(seed))).toEqual([7, 7]);
      }),
    );
    const values = uniform(randomKey(2), 50);
    const [a, b] = [1, 2].map((seed) => bootstrapInterval(50, meanOf(values), few(seed)));
    expect(a).not.toEqual(b);
  });

  it.each([{ resamples: 0 }, { resamples: 1.5 }, { level: 1 }, { level: 0 }])("refuses %j", (wrong) => {
    const options = { key: randomKey(0), ...wrong };
    expect(() => bootstrapInterval(3, () => 1, options)).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
    expect(() => bootstrapInterval(0, () => 1, { key: randomKey(0) })).toThrow("SIMCLR_ERROR__CORE__INVALID_ARGUMENT");
  });
});
