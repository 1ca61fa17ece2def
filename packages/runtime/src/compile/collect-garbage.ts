import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const worthwhileBytes = 32 * 2 ** 20;
/** A recording of fewer operations trains no network. */
const networkOperations = 100;
let collect: (() => void) | undefined;

/**
 * Frees what JavaScript has left behind: the numbers that a network's parameters were drawn as, where they are many, and what a
 * recording was made of. A program that trains makes little garbage, so that the collector might not run before the training
 * step's memory is at its peak.
 *
 * @param operations of the recording that is about to run, or has run for the first time: then it has `run`
 */
export function collectGarbage(operations: number, { run }: { readonly run: boolean }): void {
  if (operations < networkOperations) return;
  if (!run && process.memoryUsage().arrayBuffers < worthwhileBytes) return;
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = (globalThis.gc ?? runInNewContext("gc")) as () => void;
  }
  collect();
}
