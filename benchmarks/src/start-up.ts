// How long one waits: for `simclr --help`, for TensorFlow as the backend, for the first step of ResNet-18, and for the first step
// where a process before has left its recording.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startContestant } from "./contestant.js";
import { summary, writeResult } from "./result.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
const cli = fileURLToPath(new URL("../node_modules/simclr/dist/main.js", import.meta.url));
const backendReady = 'const { useTensorFlow } = await import("@simclr/runtime"); await useTensorFlow();';

/** Seconds that node takes from its start to its end. */
function seconds(...args: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: fileURLToPath(new URL("../", import.meta.url)) });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

const waited = {
  node: [] as number[],
  "simclr --help": [] as number[],
  "backend ready": [] as number[],
  "first step, ResNet-18": [] as number[],
  "second step": [] as number[],
};
for (let round = 0; round < rounds; round++) {
  waited.node.push(seconds("-e", ""));
  waited["simclr --help"].push(seconds(cli, "--help"));
  waited["backend ready"].push(seconds("--input-type=module", "-e", backendReady));
  const stepper = await startContestant("ours", "step.ts", ["--augment"]);
  for (const what of ["first step, ResNet-18", "second step"] as const) {
    waited[what].push((await stepper.ask({ steps: 1 })).seconds);
  }
  stepper.stop();
  console.error(
    Object.entries(waited)
      .map(([what, list]) => `${what} ${list.at(-1)?.toFixed(2)} s`)
      .join(", "),
  );
}
writeResult("start-up", {
  what: "seconds waited, each in a process of its own; steps of CIFAR ResNet-18, batch 64, views made in the step",
  rounds,
  seconds: Object.fromEntries(Object.entries(waited).map(([what, list]) => [what, summary(list)])),
});
