import { readFileSync } from "node:fs";
import { normal, randomIntegers, randomKey } from "@simclr/core";
import { expectClose } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { nearestNeighbours, retrieval } from "./index.js";

// Scikit-learn's average_precision_score of cosine similarities, and recall by sorting.
const fixture = JSON.parse(readFileSync(new URL("./fixtures/metrics.json", import.meta.url), "utf8")).retrieval;
const set = (values: number[], labels: number[]) => ({
  values: Float32Array.from(values),
  count: labels.length,
  size: values.length / labels.length,
  labels: Int32Array.from(labels),
});
const bank = set(fixture.bank, fixture.bankLabels);
const queries = set(fixture.queries, fixture.queryLabels);

/** Rows of these sizes that are compared at once. */
const blockRows = 8192;

const random = (seed: number, count: number, size: number, classCount: number) => ({
  values: Float32Array.from(normal(randomKey(seed), count * size)),
  count,
  size,
  labels: randomIntegers(randomKey(seed + 100), count, 0, classCount),
});

describeEachBackend((backendName) => {
  describe("retrieval", () => {
    it("equals scikit-learn's average precision and the recall of a sorted list", async () => {
      const result = await retrieval(queries, bank, { k: [1, 2, 5] });
      expectClose(result.averagePrecisions, fixture.averagePrecisions);
      expect(result.recall).toEqual(fixture.recall);
      const mean = fixture.averagePrecisions.reduce((sum: number, p: number) => sum + p) / 20;
      expectClose([result.meanAveragePrecision], [mean]);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    });

    it("agrees with nearestNeighbours over the borders of blocks", async () => {
      const large = random(1, backendName === "tensorflow" ? 2 * blockRows + 300 : 600, 3, 40);
      const asked = random(2, 515, 3, 40);
      const { recall, firstHits } = await retrieval(asked, large, { k: [1, 7] });
      const { indices } = await nearestNeighbours(asked, large, 7);
      const found = Array.from({ length: asked.count }, (_, query) => {
        const rows = indices.subarray(query * 7, query * 7 + 7);
        return rows.findIndex((row) => large.labels[row] === asked.labels[query]);
      });
      expect(firstHits.map((rank) => (rank < 7 ? rank : -1))).toEqual(found);
      expect(recall[7]).toBe(found.filter((rank) => rank >= 0).length / asked.count);
      expect(recall[1]).toBe(found.filter((rank) => rank === 0).length / asked.count);
    });

    it("leaves a query out of its own list", async () => {
      // 0 and 1 close together, 2 and 3 too; the labels cross.
      const four = set([1, 0, 1, 0.1, 0, 1, 0.1, 1], [0, 1, 0, 1]);
      const { recall, averagePrecisions } = await retrieval(four, four, { k: [1, 2, 3], leaveOneOut: true });
      // Row 0 finds 1, 3, 2: its class at rank 3. Row 1 finds 0, 3, 2. Row 2 finds 3, 1, 0. Row 3 finds 2, 1, 0.
      expect(recall).toEqual({ 1: 0, 2: 0.5, 3: 1 });
      expectClose(averagePrecisions, [1 / 3, 1 / 2, 1 / 3, 1 / 2]);
      expect((await retrieval(four, four, { k: [1] })).recall).toEqual({ 1: 1 });
    });

    it("leaves no tensor behind, also when it is stopped", async () => {
      const before = tf.memory().numTensors;
      await retrieval(queries, bank);
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(retrieval(queries, bank, { signal })).rejects.toThrow("enough");
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it.runIf(backendName === "tensorflow")("the backend never holds more of a bank than three blocks", async () => {
    const asked = random(3, 40, 8, 5);
    const peak = async (count: number, search: "retrieval" | "nearest") => {
      const large = random(4, count, 8, 5);
      const run = () => (search === "retrieval" ? retrieval(asked, large) : nearestNeighbours(asked, large, 5));
      const { peakBytes } = await tf.profile(async () => void (await run()));
      return peakBytes;
    };
    for (const search of ["retrieval", "nearest"] as const) {
      expect(await peak(8 * blockRows, search)).toBe(await peak(3 * blockRows, search));
    }
  });
});

describe("retrieval refuses", () => {
  const withoutLabels = { values: bank.values, count: bank.count, size: bank.size };
  const nan = { ...bank, values: bank.values.map((value, i) => (i === 4 ? Number.NaN : value)) };
  const lonely = set([1, 0, 1, 0.1, 0, 1], [0, 0, 1]);
  it.each([
    ["EVALUATION__TOO_FEW_NEIGHBOURS", () => retrieval(queries, bank, { k: [1, 51] })],
    ["EVALUATION__TOO_FEW_NEIGHBOURS", () => retrieval(bank, bank, { k: [50], leaveOneOut: true })],
    ["EVALUATION__LABELS_MISSING", () => retrieval(queries, withoutLabels)],
    ["EVALUATION__LABELS_MISSING", () => retrieval(withoutLabels, bank)],
    ["EVALUATION__FEATURES_NOT_FINITE", () => retrieval(queries, nan)],
    ["EVALUATION__FEATURES_INVALID", () => retrieval(queries, { ...bank, count: 0, values: new Float32Array() })],
    ["EVALUATION__FEATURE_SIZE_MISMATCH", () => retrieval(lonely, bank)],
    ["EVALUATION__EMPTY_CLASS", () => retrieval({ ...queries, labels: queries.labels.map(() => 9) }, bank)],
    ["EVALUATION__EMPTY_CLASS", () => retrieval(lonely, lonely, { k: [1], leaveOneOut: true })],
    ["CORE__INVALID_ARGUMENT", () => retrieval(queries, bank, { k: [] })],
    ["CORE__INVALID_ARGUMENT", () => retrieval(queries, bank, { k: [0.5] })],
    ["CORE__INVALID_ARGUMENT", () => retrieval(queries, bank, { leaveOneOut: true })],
  ])("%s", async (code, run) => {
    await expect(run()).rejects.toMatchObject({ code: `SIMCLR_ERROR__${code}` });
  });
});
