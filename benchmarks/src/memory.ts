// Memory over 500 training steps of a small SimCLR: the number of tensors, TensorFlow's own count, the resident set, and what is
// taken of a GPU.
import { parseArgs } from "node:util";
import type { Compile } from "@simclr/core";
import { compile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { compilePrecision, precisionNamed, runtimeSettings } from "./precision.js";
import { nvidia, writeResult } from "./result.js";
import { trainingStep } from "./training-step.js";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "500" },
    batch: { type: "string", default: "32" },
    precision: { type: "string", default: "float32" },
  },
});
const [totalSteps, batchSize] = [Number(values.steps), Number(values.batch)];
const everySteps = Math.ceil(totalSteps / 10);
const precision = precisionNamed(values.precision);
const runtime = await useTensorFlow(runtimeSettings(precision));
const own: Compile = (fn, options) => compile(fn, { ...options, ...compilePrecision(precision) });
const stepper = trainingStep(own, { batchSize, width: 0.25, augment: true });

const samples: {
  readonly step: number;
  readonly tensors: number;
  readonly nativeTensors: number;
  readonly residentMiB: number;
  /** Of all processes on the first GPU. */
  readonly gpuMiB?: number;
}[] = [];
const sample = (step: number) => {
  globalThis.gc?.();
  const [gpuMiB] = nvidia("memory.used").map(Number);
  samples.push({
    step,
    tensors: tf.memory().numTensors,
    nativeTensors: runtime.nativeTensorCount(),
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    ...(gpuMiB !== undefined && { gpuMiB }),
  });
  console.error(samples.at(-1));
};
for (let step = 0; step < totalSteps; step += everySteps) {
  await stepper.run(everySteps);
  sample(step + everySteps);
}
const first = samples[0];
const last = samples.at(-1);
if (!first || !last) throw new Error("No samples were taken.");
writeResult("memory", {
  what: `${totalSteps} compiled steps of CIFAR ResNet-18, width 1/4, batch ${batchSize}, ${precision}, views made in the step`,
  tensorsGrown: last.tensors - first.tensors,
  nativeTensorsGrown: last.nativeTensors - first.nativeTensors,
  residentMiBGrown: last.residentMiB - first.residentMiB,
  samples,
});
process.exit(last.tensors === first.tensors && last.nativeTensors === first.nativeTensors ? 0 : 1);
