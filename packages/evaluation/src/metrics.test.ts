import { readFileSync } from "node:fs";
import { randomIntegers, randomKey, uniform } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averagePrecision } from "./average-precision.js";
import { classificationResult } from "./classification-result.js";
import { confusionMatrix, elevenPointMeanAveragePrecision, meanPerClassAccuracy, topKAccuracy } from "./index.js";

// Scores with their figures by scikit-learn 1.9, and PASCAL VOC's written out.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/metrics.json", import.meta.url), "utf8"));
const { scores, classCount } = fixture as { scores: number[]; classCount: number };
const labels = Int32Array.from(fixture.labels);
const exact = { absolute: 1e-12, relative: 0 };

describe("topKAccuracy", () => {
  it.each([1, 2, 3, 5, 6])("equals top_k_accuracy_score at %i", (k) => {
    expectClose([topKAccuracy(scores, labels, classCount, k)], [fixture.topK[k]], exact);
  });

  it("is 1 for as many as there are classes, and takes the lower class of equals", () => {
    expect(topKAccuracy(scores, labels, classCount, classCount)).toBe(1);
    expect(topKAccuracy([1, 1, 1, 1], Int32Array.of(0, 1), 2, 1)).toBe(0.5);
  });
});

describe("confusionMatrix and meanPerClassAccuracy", () => {
  const { predictions, confusion, top1 } = classificationResult(scores, labels, classCount);

  it("equal confusion_matrix and balanced_accuracy_score", () => {
    expect(confusion).toEqual(fixture.confusion);
    expect(confusionMatrix(labels, predictions, classCount)).toEqual(fixture.confusion);
    expectClose([meanPerClassAccuracy(confusion)], [fixture.meanPerClass], exact);
    expectClose([top1], [fixture.topK[1]], exact);
  });

  it("leave out a class without rows", () => {
    const counts = [[3, 1, 0], [0, 0, 0], [1, 0, 1]]; // biome-ignore format: a matrix
    expect(meanPerClassAccuracy(counts)).toBe((3 / 4 + 1 / 2) / 2);
  });

  it("the mean is the accuracy where all classes are of one size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 9 }), fc.nat(), (classes, each, seed) => {
        const balanced = Array.from({ length: classes * each }, (_, i) => i % classes);
        const guesses = randomIntegers(randomKey(seed), balanced.length, 0, classes);
        const right = balanced.filter((label, i) => label === guesses[i]).length;
        const mean = meanPerClassAccuracy(confusionMatrix(balanced, guesses, classes));
        expectClose([mean], [right / balanced.length], exact);
      }),
    );
  });
});

describe("elevenPointMeanAveragePrecision", () => {
  const { multi } = fixture as { multi: { scores: number[]; truth: number[]; perClass: number[] } };

  it("equals VOCevalcls.m, class by class, without the difficult", () => {
    const { mean, perClass } = elevenPointMeanAveragePrecision(multi.scores, Int8Array.from(multi.truth), 4);
    expectClose(perClass, multi.perClass, exact);
    expectClose([mean], [multi.perClass.reduce((sum, precision) => sum + precision) / 4], exact);
  });

  it("reaches a recall of exactly 0.3 with 3 of 10", () => {
    // Three right, seven wrong, then the seven others: precision 1 up to a recall of 0.3, at most 10/17 beyond.
    const truth = Int8Array.from({ length: 17 }, (_, i) => (i < 3 || i >= 10 ? 1 : 0));
    const ranking = Array.from({ length: 17 }, (_, i) => -i);
    const { mean } = elevenPointMeanAveragePrecision(ranking, truth, 1);
    expectClose([mean], [(4 * 1 + 7 * (10 / 17)) / 11], exact);
  });

  it("refuses a class that no image shows, and lengths that do not agree", () => {
    const code = "SIMCLR_ERROR__CORE__INVALID_ARGUMENT";
    expect(() => elevenPointMeanAveragePrecision([1, 2], Int8Array.of(0, -1), 1)).toThrow(code);
    expect(() => elevenPointMeanAveragePrecision([1, 2, 3], Int8Array.of(0, 1), 1)).toThrow(code);
    expect(() => elevenPointMeanAveragePrecision([1, 2, 3], Int8Array.of(0, 1, 1), 2)).toThrow(code);
  });
});

describe("averagePrecision", () => {
  it("is the definition, threshold by threshold, with equal scores taken together", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.nat(), (hits, misses, seed) => {
        const tenths = (s: number, n: number) =>
          Float32Array.from(uniform(randomKey(s), n), (u) => Math.floor(u * 6) / 6);
        const [relevant, others] = [tenths(seed, hits), tenths(seed + 1, misses)];
        let [expected, recallBefore] = [0, 0];
        for (const threshold of [...new Set(relevant)].sort((a, b) => b - a)) {
          const found = relevant.filter((score) => score >= threshold).length;
          const wrong = others.filter((score) => score >= threshold).length;
          expected += (found / hits - recallBefore) * (found / (found + wrong));
          recallBefore = found / hits;
        }
        expectClose([averagePrecision(relevant, others)], [expected], exact);
      }),
    );
  });
});
