// `simclr pretrain` on a folder of JPEG files, as a program that the benchmarks ask for steps: one process of the command, which
// runs while it is asked and is stopped (SIGSTOP), with its prefetching, while others are.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compilePrecision, precisionNamed } from "../precision.js";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "" },
    depth: { type: "string", default: "18" },
    stem: { type: "string", default: "cifar" },
    "image-size": { type: "string", default: "32" },
    batch: { type: "string", default: "64" },
    precision: { type: "string", default: "float32" },
  },
});
const precision = precisionNamed(values.precision);
const cli = fileURLToPath(new URL("../../node_modules/simclr/dist/main.js", import.meta.url));
const small = Number(values["image-size"]) <= 32;
const settings = [
  `imageSize=${values["image-size"]}`,
  `batchSize=${values.batch}`,
  `backbone.depth=${values.depth}`,
  `backbone.stem=${values.stem}`,
  "backbone.width=1",
  `view.colorStrength=${small ? 0.5 : 1}`,
  `view.blurProbability=${small ? 0 : 0.5}`,
  "optimizer.kind=sgd",
  "optimizer.warmupEpochs=0",
  "epochs=1",
  `precision=${compilePrecision(precision).precision}`,
];

const temporary = mkdtempSync(join(tmpdir(), "simclr-benchmark-"));
const run = join(temporary, "run");
const metrics = join(run, "metrics.jsonl");
const child = spawn(
  process.execPath,
  [cli, "pretrain", values.folder, "--run", run, ...settings.flatMap((setting) => ["--set", setting])],
  {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      // The command has no settings for these. NVIDIA's libraries have one for TF32; others want the GPU's memory too.
      ...(precision === "float32" && { NVIDIA_TF32_OVERRIDE: "0" }),
      TF_FORCE_GPU_ALLOW_GROWTH: "true",
    },
  },
);
let words = "";
child.stderr.on("data", (chunk) => {
  words = `${words}${chunk}`.slice(-2000);
});
process.on("SIGTERM", () => process.exit());
process.on("exit", () => {
  child.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true, maxRetries: 10 });
});

/** The losses of the steps that the command has made: in a run this short, each has its line. */
function losses(): number[] {
  const lines = readFileSync(metrics, "utf8").split("\n");
  return lines.filter((line) => line.endsWith("}")).flatMap((line) => JSON.parse(line).loss ?? []);
}

/** Waits for a step, and returns its loss. Up to the milliseconds between two looks are paid for now and gained at the next call. */
async function untilStep(step: number): Promise<number> {
  for (let size = 0; ; await delay(5)) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`simclr pretrain ended with ${end}: ${words}`);
    const now = statSync(metrics, { throwIfNoEntry: false })?.size ?? 0;
    const loss = now === size ? undefined : losses()[step - 1];
    if (loss !== undefined) return loss;
    size = now;
  }
}

/** The most memory that the command has held; 0 where the system does not say it: Linux alone does of another process. */
function peakResidentMiB(): number {
  const file = `/proc/${child.pid}/status`;
  if (!existsSync(file)) return 0;
  const status = readFileSync(file, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

// What the first step needs is none of the others'.
await untilStep(1);
child.kill("SIGSTOP");
let made = 1;
await serve<{ steps: number }>({}, async ({ steps }) => {
  child.kill("SIGCONT");
  made += steps;
  const value = await untilStep(made);
  child.kill("SIGSTOP");
  return { value, peakResidentMiB: peakResidentMiB() };
});
