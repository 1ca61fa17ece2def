// Our training step, as a program that the benchmarks ask for steps.
import { parseArgs } from "node:util";
import type { ResnetDepth } from "@simclr/backbones";
import { type Compile, eager } from "@simclr/core";
import { compile, useTensorFlow } from "@simclr/runtime";
import { compilePrecision, precisionNamed, runtimeSettings } from "../precision.js";
import { trainingStep } from "../training-step.js";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    depth: { type: "string", default: "18" },
    stem: { type: "string", default: "cifar" },
    "image-size": { type: "string", default: "32" },
    batch: { type: "string", default: "64" },
    precision: { type: "string", default: "float32" },
    threads: { type: "string", default: "2" },
    augment: { type: "boolean", default: false },
    eager: { type: "boolean", default: false },
    "no-winograd": { type: "boolean", default: false },
    xla: { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);
const precision = precisionNamed(values.precision);
const runtime = await useTensorFlow({ ...runtimeSettings(precision, threads), winograd: !values["no-winograd"] });
const compiled: Compile = (fn, options) =>
  compile(fn, { ...options, ...compilePrecision(precision), ...(values.xla && { xla: true }) });
const stepper = trainingStep(values.eager ? eager : compiled, {
  depth: Number(values.depth) as ResnetDepth,
  stem: values.stem as "cifar" | "imagenet",
  imageSize: Number(values["image-size"]),
  batchSize: Number(values.batch),
  augment: values.augment,
});
await serve<{ steps: number }>({ tensorflow: runtime.version }, async ({ steps }) => ({
  value: await stepper.run(steps),
}));
