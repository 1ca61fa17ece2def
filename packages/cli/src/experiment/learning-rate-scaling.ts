import { type Experiment, linearAccuracy } from "./experiment.js";
import { type ScaleName, scaleNamed } from "./scale.js";

const batches: Readonly<Record<ScaleName, readonly number[]>> = {
  tiny: [32, 128, 512],
  cifar: [256, 512, 1024, 2048],
  imagenet: [256, 512, 1024, 2048, 4096, 8192],
};
const rules = { linear: "linear: times batch / 256", squareRoot: "square root of the batch" } as const;

/** Table B.1: how the learning rate follows the batch size. */
export const learningRateScaling: Experiment = {
  name: "learning-rate-scaling",
  title: "Linear and square-root scaling of the learning rate",
  source: "Chen et al. 2020, table B.1",
  published:
    "At 100 epochs the square root is better for every batch, most for small ones: 62.8 against 57.5 % at 256.",
  axes: { row: "batch size", column: "rule" },
  figure: "bars",
  compared: "in a row",
  metrics: [linearAccuracy],
  cells: (scale) => {
    const { recipe } = scaleNamed(scale);
    // LARS, whose rates these are; both rules agree at the largest batch, 4096 in the paper, here the scale's own.
    const largest = scale === "imagenet" ? 4096 : Math.max(...batches[scale]);
    const linear = scale === "imagenet" ? 0.3 : 1;
    const base = { linear, squareRoot: (linear * largest) / 256 / Math.sqrt(largest) };
    return batches[scale].flatMap((batchSize) =>
      (["linear", "squareRoot"] as const).map((rule) => ({
        row: `${batchSize}`,
        column: rules[rule],
        changes: {
          batchSize,
          "optimizer.kind": "lars",
          "optimizer.momentum": recipe.optimizer.momentum,
          "optimizer.learningRateScaling": rule,
          "optimizer.learningRate": base[rule],
        },
        measure: { kind: "linear" } as const,
      })),
    );
  },
};
