// Two SimCLR views of a batch of images, as a program that the benchmarks ask for batches.
import { parseArgs } from "node:util";
import { parameterTensors, simclrView } from "@simclr/augmentations";
import { disposeTree, foldIn, randomIntegers, randomKey, split, type TensorTree } from "@simclr/core";
import { compile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    "source-size": { type: "string", default: "32" },
    "image-size": { type: "string", default: "32" },
    batch: { type: "string", default: "64" },
    threads: { type: "string", default: "1" },
    strength: { type: "string", default: "0.5" },
    blur: { type: "boolean", default: false },
  },
});
const [sourceSize, imageSize, batchSize, threads] = [
  Number(values["source-size"]),
  Number(values["image-size"]),
  Number(values.batch),
  Number(values.threads),
];
const runtime = await useTensorFlow({ intraOpThreads: threads, interOpThreads: threads });
const view = simclrView({ imageSize, colorStrength: Number(values.strength), blur: values.blur });
const twoViews = compile(
  (images: tf.Tensor4D, a: TensorTree, b: TensorTree) =>
    [a, b].map((parameters) => view.apply(tf.div(images, 255), parameters as never)),
  { name: "two-views" },
);
const pixels = randomIntegers(randomKey(0), batchSize * sourceSize ** 2 * 3, 0, 256);
const images = tf.tensor4d(pixels, [batchSize, sourceSize, sourceSize, 3], "int32");
const context = { batchSize, imageSize: [sourceSize, sourceSize] as const };
let count = 0;
await serve<{ batches: number }>({ tensorflow: runtime.version }, async ({ batches }) => {
  for (let i = 0; i < batches; i++) {
    const keys = split(foldIn(randomKey(1), count++), 2);
    const [a, b] = keys.map((key) => parameterTensors(view.sample(key, context))) as [TensorTree, TensorTree];
    const views = await twoViews.async(images, a, b);
    disposeTree([a, b, views]);
  }
});
