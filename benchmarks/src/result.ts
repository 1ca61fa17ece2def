import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Writes a benchmark's result with the machine it ran on, and prints it. SIMCLR_BENCHMARKS_RESULTS names another folder. */
export function writeResult(name: string, result: object): void {
  const folder = process.env.SIMCLR_BENCHMARKS_RESULTS ?? fileURLToPath(new URL("../results/", import.meta.url));
  const versionOf = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
  const graphics = nvidia("name,driver_version");
  const whole = {
    benchmark: name,
    command: ["pnpm --filter @simclr/benchmarks", name.split("/")[0], ...process.argv.slice(2).map(withoutPlace)].join(
      " ",
    ),
    date: new Date().toISOString().slice(0, 10),
    machine: {
      processor: cpus()[0]?.model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      ...(graphics.length > 0 && { gpus: graphics }),
      "@simclr/runtime": versionOf("../node_modules/@simclr/runtime/package.json"),
    },
    ...result,
  };
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  writeFileSync(join(folder, `${name}.json.part`), text);
  renameSync(join(folder, `${name}.json.part`), join(folder, `${name}.json`));
  console.log(text);
}

/** What nvidia-smi says, a line for each GPU; nothing where there is none. */
export function nvidia(query: string): string[] {
  const { stdout, status } = spawnSync("nvidia-smi", [`--query-gpu=${query}`, "--format=csv,noheader,nounits"]);
  return status === 0 ? String(stdout).trim().split("\n") : [];
}

/** An argument as somebody else would give it: where a folder lay is of no interest. */
function withoutPlace(argument: string): string {
  return argument.startsWith("/") ? "<folder>" : argument;
}

/** The middle value, and the range of the middle half. */
export interface Summary {
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (fraction: number) => {
    const position = fraction * (sorted.length - 1);
    const lower = sorted[Math.floor(position)] as number;
    return lower + (position - Math.floor(position)) * ((sorted[Math.ceil(position)] as number) - lower);
  };
  const rounded = (fraction: number) => Number(at(fraction).toPrecision(4));
  return { median: rounded(0.5), quartiles: [rounded(0.25), rounded(0.75)] };
}
