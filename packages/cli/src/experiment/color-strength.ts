import { accuracy, type Cell, type Changes, type Experiment } from "./experiment.js";
import { scaleNamed } from "./scale.js";

const settings: Readonly<Record<string, Changes>> = {
  "1/8": { "view.colorStrength": 0.125, "view.blurProbability": 0 },
  "1/4": { "view.colorStrength": 0.25, "view.blurProbability": 0 },
  "1/2": { "view.colorStrength": 0.5, "view.blurProbability": 0 },
  "1": { "view.colorStrength": 1, "view.blurProbability": 0 },
  "1, blur": { "view.colorStrength": 1, "view.blurProbability": 0.5 },
  AutoAugment: { "view.transformations": ["crop", "flip", "autoAugment"] },
};

/** Table 1: colour distortion's strength, blur and AutoAugment, for SimCLR and for the same network by labels. */
export const colorStrength: Experiment = {
  name: "color-strength",
  title: "Strength of the colour distortion, contrastive and supervised",
  source: "Chen et al. 2020, table 1",
  published:
    "SimCLR 59.6, 61.0, 62.6, 63.2 %, with blur 64.5 %, AutoAugment 61.1 %; supervised 77.0, 76.7, 76.5, 75.7, 75.4 and 77.1 %: it does not gain.",
  axes: { row: "colour", column: "" },
  figure: "bars",
  compared: "in a column",
  metrics: [accuracy],
  cells: (scale) => {
    const { supervisedEpochs: epochs, supervisedBatchSize: batchSize } = scaleNamed(scale);
    const supervised = { kind: "supervised", labelFraction: 1, epochs, batchSize, view: "recipe" } as const;
    // Thirty-six trials: at tiny with an epoch less than it has.
    const length: Changes = scale === "tiny" ? { epochs: 5 } : {};
    return Object.entries(settings).flatMap(([row, setting]): Cell[] => {
      const changes = { ...length, ...setting };
      return [
        { row, column: "SimCLR, linear", changes, measure: { kind: "linear" } },
        { row, column: "supervised", changes, measure: supervised },
      ];
    });
  },
};
