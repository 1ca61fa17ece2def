import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The most memory that the process has held, as the system counts it. */
function peakResidentMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** Answers requests from standard input, line by line, with the seconds that `work` took. */
export async function serve<Request extends object>(
  versions: Readonly<Record<string, string>>,
  // biome-ignore lint/suspicious/noConfusingVoidType: most works have nothing to say.
  work: (request: Request) => Promise<{ readonly [key: string]: Json } | void>,
): Promise<never> {
  const own = JSON.parse(
    readFileSync(new URL("../../node_modules/@simclr/runtime/package.json", import.meta.url), "utf8"),
  );
  const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ versions: { node: process.version, "@simclr/runtime": own.version, ...versions } });
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    const said = await work(JSON.parse(line));
    // What works in a process of its own knows that one's memory.
    say({ seconds: (performance.now() - start) / 1000, peakResidentMiB: peakResidentMiB(), ...said });
  }
  process.exit(0);
}
