import type { CompileOptions } from "@simclr/core";
import type { Settings } from "@simclr/runtime";

/** How convolutions and matrix products are computed. Without a GPU there is no TF32: it is float32. */
export const precisions = ["float32", "tf32", "bfloat16"] as const;
export type Precision = (typeof precisions)[number];

export function precisionNamed(name: string): Precision {
  const found = precisions.find((precision) => precision === name);
  if (!found) throw new Error(`There is no precision ${name}; there are ${precisions.join(", ")}.`);
  return found;
}

/** What a process that is measured starts TensorFlow with. Peers may want the same GPU's memory. */
export const runtimeSettings = (precision: Precision, threads?: number): Settings => ({
  ...(threads !== undefined && { intraOpThreads: threads, interOpThreads: threads }),
  tensorFloat32: precision !== "float32",
  gpuMemoryGrowth: true,
});

export const compilePrecision = (precision: Precision): Required<Pick<CompileOptions, "precision">> => ({
  precision: precision === "bfloat16" ? "bfloat16" : "float32",
});
