// Every figure that a GPU changes, in one command: the training step, files to weights, NT-Xent and memory, each in float32, TF32 and
// bfloat16, into results/gpu/<precision>. It asks the runtime's doctor first, and begins only where TensorFlow would find a GPU.
//
//   pnpm --filter @simclr/benchmarks gpu                  on a machine with an NVIDIA GPU; an hour
//   pnpm --filter @simclr/benchmarks gpu --dry-run        anywhere, with the smallest sizes and no peers, into a folder for temporary files
import { mkdtempSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DoctorReport, doctor, formatDoctorReport } from "@simclr/runtime";
import { precisionNamed, precisions } from "./precision.js";
import { runCommand } from "./run-command.js";

const { values } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    precision: { type: "string", multiple: true, default: [...precisions] },
    only: { type: "string", multiple: true },
  },
});
const isDryRun = values["dry-run"];
const here = fileURLToPath(new URL("../", import.meta.url));

const report = await doctor({ startTensorFlow: false });
console.error(formatDoctorReport(report));
const refusal = refusalOf(report);
if (refusal && !isDryRun) {
  console.error(
    `${refusal} Nothing was measured. With --dry-run the command runs anywhere, and its figures mean nothing.`,
  );
  process.exit(1);
}

/** Why nothing measured here would be a GPU's figure. */
function refusalOf({ checks, isHealthy }: DoctorReport): string | undefined {
  if (!checks.some(({ name, status }) => /^GPU \d/.test(name) && status === "ok")) return "There is no GPU here.";
  return isHealthy ? undefined : "The doctor found a problem.";
}

const rounds = ["--rounds", isDryRun ? "1" : values.rounds];
const alone = isDryRun || values["no-peers"] ? ["--no-peers"] : [];
const threads = ["--threads", `${availableParallelism()}`];
const cases = isDryRun ? ["tiny-resnet18-32"] : ["gpu-resnet18-32", "gpu-resnet50-224"];
const benchmarks: Readonly<Record<string, readonly string[]>> = {
  step: ["src/step.ts", ...cases, ...rounds, ...threads, ...alone],
  "end-to-end": ["src/end-to-end.ts", ...cases, ...rounds, ...alone],
  "nt-xent": ["src/nt-xent.ts", ...(isDryRun ? ["16"] : ["1024", "4096", "16384"]), ...rounds, ...threads, ...alone],
  memory: ["src/memory.ts", ...(isDryRun ? ["--steps", "10", "--batch", "2"] : ["--batch", "256"])],
};

const results = isDryRun ? mkdtempSync(join(tmpdir(), "simclr-gpu-dry-run-")) : join(here, "results", "gpu");
const failures: string[] = [];
for (const precision of values.precision.map(precisionNamed)) {
  const environment = { SIMCLR_BENCHMARKS_RESULTS: join(results, precision) };
  for (const name of values.only ?? Object.keys(benchmarks)) {
    const args = benchmarks[name];
    if (!args) throw new Error(`There is no benchmark ${name}; there are ${Object.keys(benchmarks).join(", ")}.`);
    console.error(`\n${name}, ${precision}`);
    const node = ["--expose-gc", "--import", "tsx", ...args, "--precision", precision];
    // One that fails leaves the others their turn: an hour's figures are worth keeping.
    await runCommand(process.execPath, node, here, environment).catch((error: Error) => {
      failures.push(`${name}, ${precision}: ${error.message}`);
    });
  }
}
console.error(failures.length > 0 ? `Failed:\n${failures.join("\n")}` : `All ran; results are in ${results}.`);
process.exit(failures.length > 0 ? 1 : 0);
