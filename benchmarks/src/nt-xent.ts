// NT-Xent and its gradient at growing batches: time and peak of memory, beside lightly's NTXentLoss and PyTorch, eager and
// compiled. A peer that ends before it answers, as one does whose memory the system takes, is out of the rest of the table.
import { parseArgs } from "node:util";
import { alternate, measured, ratioOf } from "./alternate.js";
import { type Contestant, startContestant } from "./contestant.js";
import { writeResult } from "./result.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    precision: { type: "string", default: "float32" },
    "no-peers": { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const batches = positionals.length > 0 ? positionals.map(Number) : [256, 1024, 4096, 8192, 16384, 32768];
/** Beyond, a peer's matrix of similarities alone takes 16 GiB: ours, which never has it whole, runs alone. */
const mostOfPeers = 16384;
const peers = { PyTorch: [], "PyTorch compiled": ["--compile"], lightly: ["--lightly"] };
const results: Record<string, object> = {};
const versions: Record<string, string> = {};

for (const batch of batches) {
  const repeats = Math.max(1, Math.round((1024 / batch) ** 2 * 4));
  const options = ["--batch", `${batch}`, "--threads", values.threads, "--precision", values.precision];
  const failed: Record<string, string> = {};
  const perBatch: Record<string, object> = {};
  const isAlone = values["no-peers"] || batch > mostOfPeers;
  // Two at a time: at the largest batches the memory of all would not fit side by side.
  for (const [name, more] of isAlone ? [] : Object.entries(peers)) {
    const contestants: Contestant[] = [await startContestant("ours", "nt-xent.ts", options)];
    try {
      contestants.push(await startContestant(name, "nt_xent.py", [...options, ...more]));
      const answers = await alternate(contestants, {
        rounds,
        request: { repeats },
        warmUp: { repeats: 1 },
        items: repeats,
      });
      perBatch[`beside ${name}`] = {
        ratio: ratioOf(answers, "ours", name),
        lossesPerSecond: measured(answers, repeats),
      };
    } catch (error) {
      failed[name] = error instanceof Error ? error.message : String(error);
    }
    for (const contestant of contestants) {
      contestant.stop();
      Object.assign(versions, contestant.versions);
    }
  }
  if (isAlone) {
    const alone = [await startContestant("ours", "nt-xent.ts", options)];
    const answers = await alternate(alone, { rounds, request: { repeats }, warmUp: { repeats: 1 }, items: repeats });
    for (const contestant of alone) contestant.stop();
    perBatch.alone = { lossesPerSecond: measured(answers, repeats) };
  }
  results[`${batch} images`] = { ...perBatch, ...(Object.keys(failed).length > 0 && { failed }) };
}
writeResult("nt-xent", {
  what: "NT-Xent of two views of a batch, 128 features, with both gradients; losses per second, and peak of memory",
  threads: Number(values.threads),
  precision: values.precision,
  rounds,
  versions,
  results,
});
