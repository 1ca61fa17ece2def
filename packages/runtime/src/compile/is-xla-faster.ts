import type { Native } from "../binding/native.js";

/**
 * Whether a recording runs faster as one program of XLA's than operation by operation.
 *
 * Not in float32 on an x64 processor: with oneDNN's convolutions a step of ResNet-18 is 1.2 times as fast there, of a quarter of its
 * width 1.7 times, and nothing is compiled first (`pnpm --filter @simclr/benchmarks xla`). In bfloat16 oneDNN wants AVX-512.
 */
export function isXlaFaster({ gpu }: Native, precision: "float32" | "bfloat16"): boolean {
  return gpu !== undefined || process.arch !== "x64" || precision === "bfloat16";
}
