// `simclr pretrain` on a folder of JPEG files, as a program that the benchmarks ask for steps: a process of the command for
// each request, and what its metrics say of its speed after the first step.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  // The report at a run's end is not in the figures: it may be small.
  "evaluation.linearEpochs=1",
  "evaluation.exampleCount=64",
  "evaluation.probeExampleCount=64",
  `precision=${compilePrecision(precision).precision}`,
];

/** The most memory that a process has held: Linux alone says so of another process. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function pretrain(run: string, exampleCount: number): Promise<number> {
  const set = [...settings, `exampleCount=${exampleCount}`].flatMap((setting) => ["--set", setting]);
  const child = spawn(process.execPath, [cli, "pretrain", values.folder, "--run", run, ...set], {
    stdio: ["ignore", "ignore", "pipe"],
    // The command has no setting for TF32; NVIDIA's libraries have.
    env: { ...process.env, ...(precision === "float32" && { NVIDIA_TF32_OVERRIDE: "0" }) },
  });
  let words = "";
  child.stderr.on("data", (chunk) => {
    words = `${words}${chunk}`.slice(-2000);
  });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, 200);
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => {
      clearInterval(watch);
      if (code === 0) resolve(Math.round(peak));
      else reject(new Error(`simclr pretrain ended with ${code}: ${words}`));
    });
  });
}

await serve<{ steps: number }>({}, async ({ steps }) => {
  const folder = mkdtempSync(join(tmpdir(), "simclr-benchmark-"));
  try {
    const run = join(folder, "run");
    const peakResidentMiB = await pretrain(run, (steps + 1) * Number(values.batch));
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
    const measured = lines.map((line) => JSON.parse(line)).filter((line) => line.imagesPerSecond !== undefined);
    const last = measured.at(-1);
    return { seconds: (steps * Number(values.batch)) / last.imagesPerSecond, value: last.loss, peakResidentMiB };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
