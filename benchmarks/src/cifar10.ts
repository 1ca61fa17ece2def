// `simclr pretrain` on CIFAR-10 as a folder of JPEG files (train/<class>/*.jpg, test/<class>/*.jpg), on a width and
// subset that a small machine can do within an hour.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeResult } from "./result.js";
import { runCommand } from "./run-command.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    recipe: { type: "string", default: "cifar10-quick" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("Name the folder: pnpm --filter @simclr/benchmarks cifar10 <folder>");

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = join(repository, "runs", `cifar10-benchmark-${Date.now()}`);
const args = [
  "pretrain",
  folder,
  "--recipe",
  values.recipe,
  "--run",
  run,
  ...values.set.flatMap((set) => ["--set", set]),
];
const seconds = await runCommand(
  process.execPath,
  [join(repository, "packages/cli/dist/main.js"), ...args],
  repository,
);
// Where it lay is of no interest to others.
const { runFolder: _, data: __, ...report } = JSON.parse(readFileSync(join(run, "report", "report.json"), "utf8"));
writeResult("cifar10", {
  what: `simclr ${args.slice(0, 4).join(" ").replace(folder, "<CIFAR-10 as JPEG files>")}`,
  set: values.set,
  seconds,
  report,
});
