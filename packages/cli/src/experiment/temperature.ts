import { type Experiment, linearAccuracy } from "./experiment.js";

/** Table 5: l2 normalisation and temperature, with how well the loss's own task is solved. */
export const temperature: Experiment = {
  name: "temperature",
  title: "Normalisation and temperature",
  source: "Chen et al. 2020, table 5",
  published:
    "Normalised, temperature 0.1 is best (64.4 %, against 59.7 % at 0.05, 60.7 % at 0.5, 58.0 % at 1); without, 57.2 % at 10. The contrastive accuracy is highest without, and says little.",
  axes: { row: "normalised, temperature", column: "" },
  figure: "bars",
  compared: "all",
  metrics: [
    linearAccuracy,
    { name: "contrastiveAccuracy", title: "contrastive accuracy", unit: "percent" },
    { name: "contrastiveEntropy", title: "entropy", unit: "nats" },
  ],
  cells: () => [
    ...[0.05, 0.1, 0.5, 1].map((value) => cell(true, value)),
    ...[1, 10, 100].map((value) => cell(false, value)),
  ],
};

function cell(normalize: boolean, value: number) {
  return {
    row: `${normalize ? "yes" : "no"}, ${value}`,
    column: "",
    changes: { "loss.normalize": normalize, temperature: value },
    measure: { kind: "linear" },
  } as const;
}
