// Memory over 500 training steps of a small SimCLR: the number of tensors, TensorFlow's own count, the resident set.
import { compile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { writeResult } from "./result.js";
import { trainingStep } from "./training-step.js";

const totalSteps = 500;
const everySteps = 50;
const runtime = await useTensorFlow();
const stepper = trainingStep(compile, { batchSize: 32, width: 0.25, augment: true });

const samples: { step: number; tensors: number; nativeTensors: number; residentMiB: number }[] = [];
const sample = (step: number) => {
  globalThis.gc?.();
  samples.push({
    step,
    tensors: tf.memory().numTensors,
    nativeTensors: runtime.nativeTensorCount(),
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
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
  what: `${totalSteps} compiled steps of CIFAR ResNet-18, width 1/4, batch 32, views made in the step`,
  tensorsGrown: last.tensors - first.tensors,
  nativeTensorsGrown: last.nativeTensors - first.nativeTensors,
  residentMiBGrown: last.residentMiB - first.residentMiB,
  samples,
});
process.exit(last.tensors === first.tensors && last.nativeTensors === first.nativeTensors ? 0 : 1);
