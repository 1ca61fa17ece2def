import type { Precision } from "./precision.js";

/** A training step to measure. The keys are the options of the programs. */
export interface StepCase {
  readonly depth: number;
  readonly stem: "cifar" | "imagenet";
  readonly "image-size": number;
  readonly batch: number;
  readonly precision: Precision;
  /** Steps of one round. */
  readonly steps: number;
}

const resnet18 = { depth: 18, stem: "cifar", "image-size": 32, batch: 64, precision: "float32", steps: 4 } as const;
const resnet50 = { ...resnet18, depth: 50, batch: 32, steps: 2 } as const;

/** The cases by name: network, pixels, precision. Batches are as large as two cores turn over in some seconds. */
export const stepCases: Readonly<Record<string, StepCase>> = {
  "resnet18-32-float32": resnet18,
  "resnet50-32-float32": resnet50,
  "resnet50-96-float32": { ...resnet50, stem: "imagenet", "image-size": 96 },
  "resnet50-224-float32": { ...resnet50, stem: "imagenet", "image-size": 224, batch: 8 },
  "resnet18-32-bfloat16": { ...resnet18, precision: "bfloat16", batch: 32 },
  "resnet50-32-bfloat16": { ...resnet50, precision: "bfloat16", batch: 16 },
  "resnet50-96-bfloat16": { ...resnet50, stem: "imagenet", "image-size": 96, precision: "bfloat16" },
  "resnet50-224-bfloat16": { ...resnet50, stem: "imagenet", "image-size": 224, precision: "bfloat16", batch: 8 },
};

/** Cases of another command, `gpu`: batches that fill a GPU, and one that two cores turn over at once. */
export const gpuStepCases: Readonly<Record<string, StepCase>> = {
  "gpu-resnet18-32": { ...resnet18, batch: 512, steps: 20 },
  "gpu-resnet50-224": { ...resnet50, stem: "imagenet", "image-size": 224, batch: 128, steps: 10 },
  "tiny-resnet18-32": { ...resnet18, batch: 2, steps: 1 },
};

export function stepCaseNamed(name: string): StepCase {
  const found = stepCases[name] ?? gpuStepCases[name];
  if (!found) throw new Error(`There is no case ${name}; there are ${Object.keys(stepCases).join(", ")}.`);
  return found;
}
