// kNN over 50,000 and 1,000,000 features of 2048 numbers, beside lightly's knn_predict: queries per second, peak of memory.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { startContestant } from "./contestant.js";
import { writeResult } from "./result.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, threads: { type: "string", default: "2" } },
});
const rounds = Number(values.rounds);
const banks = positionals.length > 0 ? positionals.map(Number) : [50_000, 1_000_000];
const results: Record<string, object> = {};
const versions: Record<string, string> = {};
for (const bank of banks) {
  const queries = bank > 100_000 ? 256 : 1024;
  const options = ["--bank", `${bank}`, "--queries", `${queries}`, "--threads", values.threads];
  const contestants = [
    await startContestant("ours", "knn.ts", options),
    await startContestant("lightly", "knn.py", options),
  ];
  const answers = await alternate(contestants, { rounds, request: { repeats: 1 }, items: queries });
  for (const contestant of contestants) {
    contestant.stop();
    Object.assign(versions, contestant.versions);
  }
  results[`${bank} features`] = {
    queries,
    ratio: ratioOf(answers, "ours", "lightly"),
    queriesPerSecond: measured(answers, queries),
  };
}
writeResult("knn", {
  what: "weighted kNN, k = 200, from features of 2048 numbers to classes: making them of length 1 is a part of it for both",
  threads: Number(values.threads),
  rounds,
  versions,
  results,
});
