import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A program that measures the peer: one JSON line in, one JSON line out, and its versions first. */
export interface Peer {
  readonly versions: Readonly<Record<string, string>>;
  ask<Answer>(request: object): Promise<Answer>;
  stop(): void;
}

/**
 * The Python that has the packages of peers/requirements.txt: SIMCLR_PEERS_PYTHON, or a virtual environment in
 * benchmarks/.venv.
 */
function peersPython(): string {
  const python = process.env.SIMCLR_PEERS_PYTHON ?? here(".venv/bin/python");
  if (existsSync(python)) return python;
  throw new Error(
    `There is no ${python}. Make it with:\n  python3 -m venv benchmarks/.venv && benchmarks/.venv/bin/pip install -r benchmarks/peers/requirements.txt\nor name one with SIMCLR_PEERS_PYTHON.`,
  );
}

/** Starts a peer and waits until it is ready. */
export async function startPeer(script: string, options: readonly string[]): Promise<Peer> {
  const child: ChildProcessWithoutNullStreams = spawn(peersPython(), [here(`peers/${script}`), ...options]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The peer ${script} ended early; its words are above.`);
    return JSON.parse(value);
  };
  const { versions } = await next();
  return {
    versions,
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    stop: () => child.kill(),
  };
}
