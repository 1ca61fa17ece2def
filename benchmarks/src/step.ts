// One training step of CIFAR ResNet-18, batch 64, two views of 32 pixels, beside the same step in PyTorch: alternating
// rounds in one run, the ratio of images per second. Ours always makes its views inside the step.
import { parseArgs } from "node:util";
import { compile, useTensorFlow } from "@simclr/runtime";
import { startPeer } from "./peer.js";
import { resnet18Step } from "./resnet18-step.js";
import { summary, writeResult } from "./result.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    steps: { type: "string", default: "4" },
    batch: { type: "string", default: "64" },
  },
});
const rounds = Number(values.rounds);
const steps = Number(values.steps);
const batchSize = Number(values.batch);
const threads = 2;

const runtime = await useTensorFlow({ intraOpThreads: threads, interOpThreads: 2 });
const contestants = new Map<string, (steps: number) => Promise<number>>();
const versions: Record<string, string> = { tensorflow: runtime.version };

for (const [name, augment] of [
  ["ours, views made in the step", true],
  ["ours, views given", false],
] as const) {
  const stepper = resnet18Step(compile, { batchSize, augment });
  contestants.set(name, async (count) => {
    const start = performance.now();
    await stepper.run(count);
    return (performance.now() - start) / 1000;
  });
}
const peerModes = { "PyTorch, views given": [], "PyTorch, views made in the step": ["--augment"] };
const peers = [];
for (const [name, options] of Object.entries(peerModes)) {
  const peer = await startPeer("step.py", ["--batch", `${batchSize}`, "--threads", `${threads}`, ...options]);
  peers.push(peer);
  Object.assign(versions, peer.versions);
  contestants.set(name, async (count) => (await peer.ask<{ seconds: number }>({ steps: count })).seconds);
}

const imagesPerSecond = new Map<string, number[]>([...contestants.keys()].map((name) => [name, []]));
for (const run of contestants.values()) await run(2); // compile, warm up
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of contestants) {
    const rate = (steps * batchSize) / (await run(steps));
    imagesPerSecond.get(name)?.push(rate);
    console.error(`round ${round + 1}/${rounds}  ${name}: ${rate.toFixed(1)} images/s`);
  }
}
for (const peer of peers) peer.stop();

const ratio = (ours: string, theirs: string) => {
  const a = imagesPerSecond.get(ours) as number[];
  const b = imagesPerSecond.get(theirs) as number[];
  return summary(a.map((rate, i) => rate / (b[i] as number)));
};
writeResult("step", {
  what: `training step of CIFAR ResNet-18, batch ${batchSize}, two views of 32x32, float32; images (not views) per second`,
  threads,
  rounds,
  stepsPerRound: steps,
  versions,
  imagesPerSecond: Object.fromEntries([...imagesPerSecond].map(([name, rates]) => [name, summary(rates)])),
  ratios: {
    "ours with views / PyTorch with views": ratio("ours, views made in the step", "PyTorch, views made in the step"),
    "ours with views / PyTorch given views": ratio("ours, views made in the step", "PyTorch, views given"),
    "ours given views / PyTorch given views": ratio("ours, views given", "PyTorch, views given"),
  },
});
process.exit(0);
