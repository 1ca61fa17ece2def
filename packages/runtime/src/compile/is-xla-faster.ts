import type { Native } from "../binding/native.js";
import { processorFlags } from "../binding/processor-flags.js";

/**
 * Whether a recording runs faster as one program of XLA's than operation by operation.
 *
 * Not in float32 on an x64 processor: with oneDNN's convolutions a step of ResNet-18 is 1.8 times as fast there, of a quarter of its
 * width 2.2 times (with AVX2 1.2 and 1.7), and nothing is compiled first (`pnpm --filter @simclr/benchmarks xla`). Nor in bfloat16
 * on one that has instructions for it; on others oneDNN has no convolutions in bfloat16, or slow ones.
 */
export function isXlaFaster({ gpu }: Native, precision: "float32" | "bfloat16"): boolean {
  const isFastAlone = precision === "float32" || hasBfloat16Instructions();
  return gpu !== undefined || process.arch !== "x64" || !isFastAlone;
}

function hasBfloat16Instructions(): boolean {
  const flags = processorFlags();
  return flags.has("avx512_bf16") || flags.has("amx_bf16");
}
