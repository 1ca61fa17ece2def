// kNN over a bank of features, as a program that the benchmarks ask for the queries' classes.
import { parseArgs } from "node:util";
import { knn } from "@simclr/evaluation";
import { compile, useTensorFlow } from "@simclr/runtime";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    bank: { type: "string", default: "50000" },
    queries: { type: "string", default: "1000" },
    size: { type: "string", default: "2048" },
    threads: { type: "string", default: "2" },
  },
});
const threads = Number(values.threads);
const size = Number(values.size);
const classCount = 100;
const runtime = await useTensorFlow({ intraOpThreads: threads, interOpThreads: threads });

/** Noise of even distribution, and in the first columns the class: rows of one class are somewhat alike. */
function features(count: number, seed: number) {
  const features = new Float32Array(count * size);
  let state = seed;
  for (let i = 0; i < features.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    features[i] = state / 2 ** 31;
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % classCount);
  labels.forEach((label, i) => {
    features[i * size + label] = 5;
  });
  return { values: features, count, size, labels };
}
const [bank, queries] = [features(Number(values.bank), 1), features(Number(values.queries), 2)];
await serve<{ repeats: number }>({ tensorflow: runtime.version }, async ({ repeats }) => {
  let value = Number.NaN;
  for (let i = 0; i < repeats; i++) value = (await knn(bank, queries, { classCount, k: 200, compile })).top1;
  return { value };
});
