// Every protocol on a run that `cifar10` trained: features as they are, fine-tuned, and the same network by labels alone with
// as many epochs. What is measured already is not measured again.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeResult } from "./result.js";
import { runCommand } from "./run-command.js";

const { positionals } = parseArgs({ allowPositionals: true });
const [run] = positionals;
if (run === undefined) throw new Error("Name the run: pnpm --filter @simclr/benchmarks protocols <run>");

const repository = fileURLToPath(new URL("../..", import.meta.url));
const trained = (epochs: number, share: number) => ({
  files: [`fine-tune-${share}-trained`, `supervised-${share}-untrained`],
  options: `--protocol fine-tune,supervised --label-fraction ${share} --epochs ${epochs} --batch-size 64`,
});
const features = (protocol: string) => ({
  files: [`${protocol}-trained`, `${protocol}-untrained`],
  options: `--protocol ${protocol} --encoders trained,untrained`,
});
const jobs = [
  features("knn"),
  features("linear-features"),
  features("logistic-regression"),
  // The published numbers of epochs for few labels (60, 30); for all of them what a small machine can do.
  trained(60, 0.01),
  trained(30, 0.1),
  trained(5, 1),
];

const rows = [];
for (const { files, options } of jobs) {
  const paths = files.map((file) => join(run, "evaluations", `${file}.json`));
  if (!paths.every(existsSync)) {
    const main = join(repository, "packages/cli/dist/main.js");
    await runCommand(process.execPath, [main, "evaluate", run, ...options.split(" ")], repository);
  }
  for (const path of paths) {
    const { protocol, encoder, metrics, interval, counts, settings, seconds } = JSON.parse(readFileSync(path, "utf8"));
    rows.push({
      command: `simclr evaluate <run> ${options}`,
      protocol,
      encoder,
      metrics,
      interval,
      counts,
      settings,
      seconds,
    });
  }
}
writeResult("protocols", {
  what: "CIFAR-10, one encoder of `cifar10`, by every protocol, beside the same untrained",
  rows,
});
