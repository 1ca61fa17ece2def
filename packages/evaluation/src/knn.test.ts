import { eager, normal, randomIntegers, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type Features, knn, linearEvaluation, nearestNeighbours } from "./index.js";

const compiles = [
  ["eager", eager],
  ["compiled", compile],
] as const;

describeEachBackend((backendName) => {
  describe("nearestNeighbours", () => {
    // More rows than a block holds, where the backend is fast enough.
    const bankCount = backendName === "tensorflow" ? 4 * 8192 + 300 : 700;

    it.each(compiles)("equals sorting all similarities, over the borders of blocks, %s", async (_, how) => {
      const [queries, bank] = [features(1, 1032, 3), features(2, bankCount, 3)];
      const { indices, similarities } = await nearestNeighbours(queries, bank, 7, { compile: how });
      for (const query of [0, 1, 1023, 1024, 1031]) {
        const expected = sorted(queries, bank, query).slice(0, 7);
        expectClose(
          similarities.subarray(query * 7, query * 7 + 7),
          expected.map(([s]) => s),
          { absolute: 3e-6 },
        );
        const found = [...indices.subarray(query * 7, query * 7 + 7)];
        expectClose(
          found.map((row) => cosine(queries, query, bank, row)),
          expected.map(([s]) => s),
          { absolute: 3e-6 },
        );
        expect(new Set(found).size).toBe(7);
      }
    });

    it("takes the lower row of equals", async () => {
      const bank = { values: Float32Array.of(1, 0, 2, 0, 0, 1, 3, 0), count: 4, size: 2 };
      const { indices } = await nearestNeighbours({ values: Float32Array.of(1, 0), count: 1, size: 2 }, bank, 4);
      expect([...indices]).toEqual([0, 1, 3, 2]);
    });

    it("compares directions of any length, and zeros with nothing", async () => {
      const bank = { values: Float32Array.of(1e-30, 0, 0, 0, 0, 1e30), count: 3, size: 2 };
      const query = { values: Float32Array.of(1e25, 1e25), count: 1, size: 2 };
      const { similarities } = await nearestNeighbours(query, bank, 3);
      expectClose(similarities, [Math.SQRT1_2, Math.SQRT1_2, 0]);
    });

    it.each([
      ["more and more", (row: number) => row],
      ["less and less", (row: number) => -row],
      ["some alike", (row: number) => row % 3],
    ])("finds the nearest of rows that are %s similar", async (_, angle) => {
      const count = 90;
      const values = Float32Array.from({ length: 2 * count }, (_, i) => {
        const radians = (angle(i >> 1) * Math.PI) / (2 * count);
        return i % 2 === 0 ? Math.sin(radians) : Math.cos(radians);
      });
      const [bank, query] = [
        { values, count, size: 2 },
        { values: Float32Array.of(1, 0), count: 1, size: 2 },
      ];
      const { indices } = await nearestNeighbours(query, bank, 31);
      const rows = Array.from({ length: count }, (_, row) => row);
      const expected = rows.sort((a, b) => angle(b) - angle(a) || a - b).slice(0, 31);
      expect([...indices]).toEqual(expected);
    });

    it.each(compiles)("leaves no tensor behind, also after a value that is not finite, %s", async (_, how) => {
      const before = tf.memory().numTensors;
      const bank = features(2, bankCount, 3);
      await nearestNeighbours(features(1, 20, 3), bank, 5, { compile: how });
      expect(tf.memory().numTensors).toBe(before);
      bank.values[bank.values.length - 1] = Number.POSITIVE_INFINITY;
      const search = nearestNeighbours(features(1, 20, 3), bank, 5, { compile: how });
      await expect(search).rejects.toMatchObject({ context: { what: "train", row: bankCount - 1 } });
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe("knn", () => {
    it("equals the vote written out", async () => {
      const [classCount, k, temperature] = [6, 15, 0.1];
      const [train, test] = [labelled(features(3, 300, 4), classCount, 5), labelled(features(4, 80, 4), classCount, 6)];
      const result = await knn(train, test, { k, temperature, classCount });
      let [first, amongFive] = [0, 0];
      for (let query = 0; query < test.count; query++) {
        const votes = new Array<number>(classCount).fill(0);
        for (const [similarity, row] of sorted(test, train, query).slice(0, k)) {
          const label = train.labels[row] as number;
          votes[label] = (votes[label] as number) + Math.exp(similarity / temperature);
        }
        const ranking = votes.map((vote, label) => [vote, label] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
        expect(result.predictions[query]).toBe(ranking[0]?.[1]);
        if (ranking[0]?.[1] === test.labels[query]) first++;
        if (ranking.slice(0, 5).some(([, label]) => label === test.labels[query])) amongFive++;
      }
      expect([result.top1, result.top5]).toEqual([first / 80, amongFive / 80]);
      expect(result.confusion.flat().reduce((sum, n) => sum + n)).toBe(80);
      expect(result.confusion.reduce((sum, row, label) => sum + (row[label] as number), 0)).toBe(first);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it("stays finite at small temperatures, where the nearest decides", async () => {
      const train = labelled(features(3, 200, 4), 4, 5);
      const test = labelled(features(4, 50, 4), 4, 6);
      const { predictions } = await knn(train, test, { k: 50, temperature: 1e-4, classCount: 4 });
      const { indices } = await nearestNeighbours(test, train, 1);
      expect(predictions).toEqual(Array.from(indices, (row) => train.labels[row]));
    });

    it("gives Wilson's interval", async () => {
      // 8 of 10: the textbook's 0.4902 to 0.9433.
      const train = { values: Float32Array.of(1, 0, 0, 1), count: 2, size: 2, labels: Int32Array.of(0, 1) };
      const values = Float32Array.from({ length: 20 }, (_, i) => (i + 1) % 2);
      const test = { values, count: 10, size: 2, labels: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1) };
      const { top1Interval, confusion } = await knn(train, test, { k: 1, classCount: 2 });
      expectClose(top1Interval, [0.49016, 0.94332], { absolute: 1e-5 });
      expect(confusion).toEqual([[8, 0], [2, 0]]); // biome-ignore format: a matrix
    });
  });
});

describe("what cannot be measured is refused", () => {
  const good = labelled(features(1, 10, 3), 3, 1);
  const nan = { ...good, values: good.values.map((v, i) => (i === 7 ? Number.NaN : v)) };
  const { labels: _, ...unlabelled } = good;
  const cases: [code: string, train: Features, test: Features, classCount: number, k: number][] = [
    ["FEATURES_NOT_FINITE", nan, good, 3, 5],
    ["FEATURES_NOT_FINITE", good, nan, 3, 5],
    ["FEATURES_INVALID", { ...good, count: 0, values: new Float32Array(0) }, good, 3, 5],
    ["FEATURES_INVALID", { ...good, count: 11 }, good, 3, 5],
    ["FEATURE_SIZE_MISMATCH", good, labelled(features(1, 10, 4), 3, 1), 3, 5],
    ["LABELS_MISSING", unlabelled, good, 3, 5],
    ["LABELS_MISSING", good, unlabelled, 3, 5],
    ["LABEL_OUT_OF_RANGE", good, good, 2, 5],
    ["ONE_CLASS", good, good, 1, 5],
    ["ONE_CLASS", { ...good, labels: new Int32Array(10) }, good, 3, 5],
  ];
  it.each(cases)("%s", async (code, train, test, classCount, k) => {
    const whole = `SIMCLR_ERROR__EVALUATION__${code}`;
    await expect(knn(train, test, { k, classCount })).rejects.toMatchObject({ code: whole });
    await expect(linearEvaluation(train, test, { classCount, key: randomKey(0) })).rejects.toMatchObject({
      code: whole,
    });
  });

  it("more neighbours than rows", async () => {
    const code = "SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS";
    await expect(knn(good, good, { k: 11, classCount: 3 })).rejects.toMatchObject({
      code,
      context: { k: 11, bank: 10 },
    });
    await expect(knn(good, good, { classCount: 3 })).rejects.toMatchObject({ code });
  });
});

function features(seed: number, count: number, size: number): Features {
  return { values: Float32Array.from(normal(randomKey(seed), count * size)), count, size };
}

function labelled(of: Features, classCount: number, seed: number) {
  return { ...of, labels: randomIntegers(randomKey(seed), of.count, 0, classCount) };
}

function cosine(a: Features, i: number, b: Features, j: number): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.size; d++) {
    const [x, y] = [a.values[i * a.size + d] as number, b.values[j * b.size + d] as number];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

function sorted(queries: Features, bank: Features, query: number): [similarity: number, row: number][] {
  const all = Array.from(
    { length: bank.count },
    (_, row) => [cosine(queries, query, bank, row), row] as [number, number],
  );
  return all.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
}
