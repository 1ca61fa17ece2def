import { type Experiment, linearAccuracy } from "./experiment.js";
import type { ScaleName } from "./scale.js";

const choices: Readonly<Record<ScaleName, { batches: readonly number[]; epochs: readonly number[] }>> = {
  tiny: { batches: [32, 128, 512], epochs: [2, 8] },
  cifar: { batches: [256, 512, 1024, 2048, 4096], epochs: [100, 200, 300, 500, 1000] },
  imagenet: {
    batches: [256, 512, 1024, 2048, 4096, 8192],
    epochs: [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
  },
};

/** Figure 9: batch size by length of the training. */
export const batchSize: Experiment = {
  name: "batch-size",
  title: "Batch size by epochs",
  source: "Chen et al. 2020, figure 9",
  published: "Larger batches are better when training is short; with more epochs the difference shrinks.",
  axes: { row: "epochs", column: "batch size" },
  figure: "bars",
  compared: "in a row",
  metrics: [linearAccuracy],
  cells: (scale) =>
    choices[scale].epochs.flatMap((epochs) =>
      choices[scale].batches.map((batch) => ({
        row: `${epochs}`,
        column: `${batch}`,
        changes: { epochs, batchSize: batch },
        measure: { kind: "linear" },
      })),
    ),
};
