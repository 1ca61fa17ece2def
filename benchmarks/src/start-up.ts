// How long one waits: for `simclr --help`, for TensorFlow as the backend, for the first step of ResNet-18; and for the first step
// with XLA, where the cache of what it compiled is empty and where a process before has filled it. Compiling is what the first step
// takes more than the second, with all that is done once: recording, XLA, memory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { provision } from "@simclr/runtime";
import { startContestant } from "./contestant.js";
import { summary, writeResult } from "./result.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, batch: { type: "string", default: "64" } },
});
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

const waited: Record<string, number[]> = {};
const note = (what: string, value: number) => {
  waited[what] = [...(waited[what] ?? []), value];
  console.error(`${what}: ${value.toFixed(2)} s`);
};

/** The first two steps of a process of their own. */
async function firstSteps(what: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const stepper = await startContestant(
    what,
    "step.ts",
    ["--augment", "--batch", values.batch, ...options],
    environment,
  );
  const [first, second] = [await stepper.ask({ steps: 1 }), await stepper.ask({ steps: 1 })];
  note(`first step${what}`, first.seconds);
  note(`second step${what}`, second.seconds);
  note(`compiling${what}`, first.seconds - second.seconds);
  stepper.stop();
}

const { directory } = await provision();
for (let round = 0; round < rounds; round++) {
  note("node", seconds("-e", ""));
  note("simclr --help", seconds(cli, "--help"));
  note("backend ready", seconds("--input-type=module", "-e", backendReady));
  await firstSteps("", []);
  const emptyCache = mkdtempSync(join(tmpdir(), "simclr-start-up-"));
  const environment = { XDG_CACHE_HOME: emptyCache, SIMCLR_TENSORFLOW: directory };
  await firstSteps(", XLA, empty cache", ["--xla"], environment);
  await firstSteps(", XLA, filled cache", ["--xla"], environment);
  rmSync(emptyCache, { recursive: true });
}
const inEachRound = (what: string) => waited[what] as number[];
/** Of what was waited for with XLA: with the cache filled, beside with the cache empty. */
function filledToEmpty(what: string) {
  const [filled, empty] = [inEachRound(`${what}, XLA, filled cache`), inEachRound(`${what}, XLA, empty cache`)];
  return [`${what}, XLA, filled / empty cache`, summary(filled.map((value, i) => value / (empty[i] as number)))];
}
writeResult("start-up", {
  what: `seconds waited, each in a process of its own; steps of CIFAR ResNet-18, batch ${values.batch}, views made in the step`,
  rounds,
  seconds: Object.fromEntries(Object.entries(waited).map(([what, list]) => [what, summary(list)])),
  ratios: Object.fromEntries([filledToEmpty("first step"), filledToEmpty("compiling")]),
});
