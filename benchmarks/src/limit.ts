// How near the training step is to what the machine can do: the share of its time in convolutions and matrix products, how fast they
// run beside a large plain matrix product in the same run, and how long a step would take that did nothing else, at that speed.
// Operations run one after the other here, each on all threads, so that their times add up to the step's.
import { parseArgs } from "node:util";
import { compile, profile, useTensorFlow } from "@simclr/runtime";
import * as tf from "@tensorflow/tfjs-core";
import { type ArithmeticKind, arithmeticKind, floatingPointOperations } from "./arithmetic.js";
import { compilePrecision } from "./precision.js";
import { summary, writeResult } from "./result.js";
import { stepCaseNamed } from "./step-cases.js";
import { trainingStep } from "./training-step.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    batch: { type: "string" },
    "peak-size": { type: "string", default: "2048" },
  },
});
const [rounds, threads, peakSize] = [values.rounds, values.threads, values["peak-size"]].map(Number) as [
  number,
  number,
  number,
];
const runtime = await useTensorFlow({ intraOpThreads: threads, interOpThreads: 1 });
const kinds: readonly ArithmeticKind[] = ["convolutions", "matrix products"];

/** Operations per second of a square matrix product, run on its own. */
const plainProduct = (() => {
  const shape: [number, number] = [peakSize, peakSize];
  const [a, b] = [tf.randomUniform<tf.Rank.R2>(shape, -1, 1), tf.randomUniform<tf.Rank.R2>(shape, -1, 1)];
  const product = compile((x: tf.Tensor2D, y: tf.Tensor2D) => tf.matMul(x, y), { name: "plain-product" });
  return async () => {
    const start = performance.now();
    const result = await product.async(a, b);
    await tf.tidy(() => tf.slice(result, [0, 0], [1, 1])).data();
    const seconds = (performance.now() - start) / 1000;
    result.dispose();
    return (2 * peakSize ** 3) / seconds;
  };
})();

async function measure(name: string) {
  const { steps: _, ...usual } = stepCaseNamed(name);
  const network = { ...usual, batch: Number(values.batch ?? usual.batch) };
  const { depth, stem, batch, precision } = network;
  const stepper = trainingStep(
    (fn, options) => compile(fn, { ...options, ...compilePrecision(precision), xla: false }),
    {
      depth: depth as 18 | 50,
      stem,
      imageSize: network["image-size"],
      batchSize: batch,
      augment: true,
    },
  );
  await stepper.run(1);
  await plainProduct();
  const peaks: number[] = [];
  const taken: Awaited<ReturnType<typeof round>>[] = [];
  const round = async () => {
    const start = performance.now();
    await stepper.run(1);
    const stepSeconds = (performance.now() - start) / 1000;
    const { summary: profiled, operations } = await profile(() => stepper.run(1));
    const perKind = kinds.map((kind) => {
      const own = operations.filter((operation) => arithmeticKind(operation) === kind);
      const seconds = own.reduce((sum, { milliseconds }) => sum + milliseconds / 1000, 0);
      return { seconds, flops: own.reduce((sum, operation) => sum + floatingPointOperations(operation), 0) };
    });
    return { stepSeconds, profiledSeconds: profiled.wallMilliseconds / 1000, perKind };
  };
  for (let i = 0; i < rounds; i++) {
    peaks.push(await plainProduct());
    taken.push(await round());
    peaks.push(await plainProduct());
    const { stepSeconds, perKind } = taken.at(-1) as (typeof taken)[number];
    const shown = perKind.map(({ seconds, flops }) => `${(flops / seconds / 1e9).toFixed(1)} GFLOP/s`).join(", ");
    console.error(`${name} ${i + 1}/${rounds}  step ${stepSeconds.toFixed(2)} s; ${kinds.join(", ")}: ${shown}`);
  }
  stepper.dispose();
  // What the machine can do is the fastest it did; anything slower was shared with something else.
  const peak = Math.max(...peaks);
  const flops = taken[0]?.perKind.reduce((sum, kind) => sum + kind.flops, 0) ?? 0;
  return {
    case: network,
    stepSeconds: summary(taken.map(({ stepSeconds }) => stepSeconds)),
    peakGigaflopsPerSecond: Number((peak / 1e9).toPrecision(4)),
    arithmetic: Object.fromEntries(
      kinds.map((kind, i) => {
        const own = taken.map(({ perKind, profiledSeconds }) => ({ ...(perKind[i] as { seconds: number; flops: number }), profiledSeconds })); // biome-ignore format: one line
        return [
          kind,
          {
            gigaflops: Number(((own[0]?.flops ?? 0) / 1e9).toPrecision(4)),
            shareOfStep: summary(own.map(({ seconds, profiledSeconds }) => seconds / profiledSeconds)),
            fractionOfPeak: summary(own.map(({ seconds, flops }) => flops / seconds / peak)),
          },
        ];
      }),
    ),
    // 1 would be a step of nothing but this arithmetic, at the plain product's speed.
    fractionOfLimit: summary(taken.map(({ stepSeconds }) => flops / peak / stepSeconds)),
  };
}

const names = positionals.length > 0 ? positionals : ["resnet18-32-float32", "resnet50-32-float32"];
const results: Record<string, object> = {};
for (const name of names) results[name] = await measure(name);
writeResult("limit", {
  what: "the training step's convolutions and matrix products: their share of its time, and their speed beside a plain matrix product's",
  threads,
  rounds,
  plainProduct: `${peakSize} x ${peakSize} x ${peakSize}, float32; the fastest of ${2 * rounds} runs of each case`,
  versions: { tensorflow: runtime.version },
  results,
});
process.exit(0);
