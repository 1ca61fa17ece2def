// The training step with XLA and without, on one machine in one run: the first step, which records and compiles, and the
// steps after it in alternating rounds. What decides the runtime's default.
import { parseArgs } from "node:util";
import type { Compile } from "@simclr/core";
import { compile, useTensorFlow } from "@simclr/runtime";
import { summary, writeResult } from "./result.js";
import { trainingStep } from "./training-step.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "2" },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
const threads = 2;
const runtime = await useTensorFlow({ intraOpThreads: threads, interOpThreads: 2 });
const networks = [
  { width: 1, batchSize: 64 },
  { width: 0.25, batchSize: 128 },
];
const results = [];
for (const { width, batchSize } of networks) {
  const ways = [true, false].map((xla) => {
    const own: Compile = (fn, options) => compile(fn, { ...options, xla });
    return { xla, stepper: trainingStep(own, { batchSize, width, augment: true }), seconds: [] as number[] };
  });
  const timed = async (run: () => Promise<unknown>) => {
    const start = performance.now();
    await run();
    return (performance.now() - start) / 1000;
  };
  const firstStep = [];
  for (const { stepper } of ways) {
    firstStep.push(await timed(() => stepper.run(1)));
    await stepper.run(1);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { stepper, seconds } of ways) seconds.push((await timed(() => stepper.run(steps))) / steps);
  }
  const [withXla, without] = ways.map(({ seconds }) => seconds) as [number[], number[]];
  results.push({
    width,
    batchSize,
    firstStepSeconds: { xla: firstStep[0], onednn: firstStep[1] },
    stepSeconds: { xla: summary(withXla), onednn: summary(without) },
    ratio: summary(withXla.map((seconds, i) => seconds / (without[i] as number))),
  });
  for (const { stepper } of ways) stepper.dispose();
}
writeResult("xla", {
  what: "training step of CIFAR ResNet-18, two views of 32x32 made in the step, float32: compiled by XLA, and with oneDNN",
  threads,
  rounds,
  stepsPerRound: steps,
  versions: { tensorflow: runtime.version },
  results,
});
process.exit(0);
