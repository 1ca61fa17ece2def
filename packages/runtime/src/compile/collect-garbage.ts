import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const worthwhileBytes = 32 * 2 ** 20;
let collect: (() => void) | undefined;

/**
 * Frees what JavaScript has left behind, where it is much: the numbers that a network's parameters were drawn as. A program that
 * trains makes little garbage, so that the collector might not run before the training step's memory is at its peak.
 */
export function collectGarbage(): void {
  if (process.memoryUsage().arrayBuffers < worthwhileBytes) return;
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = (globalThis.gc ?? runInNewContext("gc")) as () => void;
  }
  collect();
}
