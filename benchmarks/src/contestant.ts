import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What every program answers: how long it worked, and the most memory it has held so far. */
export interface Answer {
  readonly seconds: number;
  readonly peakResidentMiB: number;
  /** What was computed, so that both sides can be seen to compute the same. */
  readonly value?: number;
}

/**
 * A program that is measured, ours (src/ours) or a peer's (peers): a process of its own, with threads and memory of its
 * own. One JSON line in, one JSON line out, and its versions first.
 */
export interface Contestant {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  ask<Asked extends Answer = Answer>(request: object): Promise<Asked>;
  stop(): void;
}

/**
 * The Python that has the packages of peers/requirements.txt: SIMCLR_PEERS_PYTHON, or a virtual environment in
 * benchmarks/.venv.
 */
export function peersPython(): string {
  const python = process.env.SIMCLR_PEERS_PYTHON ?? here(".venv/bin/python");
  if (existsSync(python)) return python;
  throw new Error(
    `There is no ${python}. Make it with:\n  python3 -m venv benchmarks/.venv && benchmarks/.venv/bin/pip install -r benchmarks/peers/requirements.txt\nor name one with SIMCLR_PEERS_PYTHON.`,
  );
}

/** The command of a program: `step.py` of the peers, `step.ts` of ours. */
function commandOf(program: string): [command: string, ...args: string[]] {
  if (program.endsWith(".py")) return [peersPython(), here(`peers/${program}`)];
  return [process.execPath, "--import", "tsx", here(`src/ours/${program}`)];
}

/** Starts a program, with more in its environment, and waits until it is ready. */
export async function startContestant(
  name: string,
  program: string,
  options: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<Contestant> {
  const [command, ...args] = commandOf(program);
  const child: ChildProcessWithoutNullStreams = spawn(command, [...args, ...options], {
    cwd: here(""),
    env: { ...process.env, ...environment },
  });
  child.stderr.pipe(process.stderr);
  child.stdin.on("error", () => {}); // its end shows where its next line is missing
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} (${program} ${options.join(" ")}) ended early; its words are above.`);
    return JSON.parse(value);
  };
  const { versions } = await next();
  return {
    name,
    versions,
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    stop: () => child.kill(),
  };
}
