// NT-Xent with its gradient, as a program that the benchmarks ask for repetitions.
import { parseArgs } from "node:util";
import { disposeTree, normal, randomKey, split } from "@simclr/core";
import { ntXent } from "@simclr/losses";
import { compile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { compilePrecision, precisionNamed, runtimeSettings } from "../precision.js";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "256" },
    precision: { type: "string", default: "float32" },
    threads: { type: "string", default: "2" },
  },
});
const precision = precisionNamed(values.precision);
const runtime = await useTensorFlow(runtimeSettings(precision, Number(values.threads)));
const shape: [number, number] = [Number(values.batch), 128];
const [a, b] = split(randomKey(0), 2).map((key) =>
  tf.tensor2d(Float32Array.from(normal(key, shape[0] * shape[1])), shape),
) as [tf.Tensor2D, tf.Tensor2D];
const lossAndGradients = compile(
  (viewA: tf.Tensor2D, viewB: tf.Tensor2D) => {
    const { value, grads } = tf.valueAndGrads((x, y) =>
      ntXent(x as tf.Tensor2D, y as tf.Tensor2D, { temperature: 0.5 }),
    )([viewA, viewB]);
    return [value, ...grads];
  },
  { name: "nt-xent", ...compilePrecision(precision) },
);
await serve<{ repeats: number }>({ tensorflow: runtime.version }, async ({ repeats }) => {
  let value = Number.NaN;
  for (let i = 0; i < repeats; i++) {
    const results = await lossAndGradients.async(a, b);
    value = (await (results[0] as tf.Tensor).data())[0] as number;
    disposeTree(results);
  }
  return { value };
});
