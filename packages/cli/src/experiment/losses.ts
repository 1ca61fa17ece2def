import { type Experiment, linearAccuracy } from "./experiment.js";

const kinds = { ntXent: "NT-Xent", ntLogistic: "NT-Logistic", marginTriplet: "margin triplet" } as const;
const negatives = { all: "all negatives", "semi-hard": "semi-hard" } as const;

/** Table 4: the contrastive losses, each over all negatives and over the semi-hard ones. */
export const losses: Experiment = {
  name: "losses",
  title: "Contrastive losses, with and without semi-hard negatives",
  source: "Chen et al. 2020, table 4",
  published:
    "NT-Xent 63.9 %; NT-Logistic 51.6 %, semi-hard 57.9 %; margin triplet 50.9 %, semi-hard 57.5 %. Their hyper-parameters were tuned, ours are the scale's.",
  axes: { row: "loss", column: "negatives" },
  figure: "bars",
  compared: "all",
  metrics: [linearAccuracy],
  cells: () =>
    Object.entries(kinds).flatMap(([kind, row]) =>
      Object.entries(negatives).map(([choice, column]) => ({
        row,
        column,
        changes: { "loss.kind": kind, "loss.negatives": choice },
        measure: { kind: "linear" },
      })),
    ),
};
