import type { GraphOutput } from "../binding/c-api.js";

/** When the values of a graph are needed, were its operations to run in the order in which they were added. */
export class Lifetimes {
  /** By operation, in their order: until which operation each output is needed. */
  private readonly operations = new Map<bigint, Map<number, number>>();

  add(operation: bigint, inputs: readonly GraphOutput[]): void {
    const now = this.operations.size;
    for (const { oper, index } of inputs) this.operations.get(oper)?.set(index, now);
    this.operations.set(operation, new Map());
  }

  /**
   * The most bytes that values take at once. What nothing needs takes none.
   *
   * @param results what is needed to the end
   */
  peakBytes(bytesOf: (output: GraphOutput) => number, results: readonly GraphOutput[]): number {
    const end = this.operations.size;
    for (const { oper, index } of results) this.operations.get(oper)?.set(index, end);
    const freed = new Array<number>(end).fill(0);
    let live = 0;
    let peak = 0;
    let now = 0;
    for (const [oper, lastUse] of this.operations) {
      for (const [index, last] of lastUse) {
        const bytes = bytesOf({ oper, index });
        live += bytes;
        if (last < end) freed[last] = (freed[last] ?? 0) + bytes;
      }
      peak = Math.max(peak, live);
      live -= freed[now++] ?? 0;
    }
    return peak;
  }
}
