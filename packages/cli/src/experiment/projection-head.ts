import { type Experiment, linearAccuracy } from "./experiment.js";
import type { ScaleName } from "./scale.js";

const sizes: Readonly<Record<ScaleName, readonly number[]>> = {
  tiny: [32, 128],
  cifar: [32, 64, 128, 256, 512],
  imagenet: [32, 64, 128, 256, 512, 1024, 2048],
};

/** Figure 8: the kind of head and the size of its output, measured on the features before it. */
export const projectionHead: Experiment = {
  name: "projection-head",
  title: "Projection heads by their output's size",
  source: "Chen et al. 2020, figure 8",
  published:
    "Nonlinear is better than linear by 3 points and than none by more than 10; the output's size hardly matters.",
  axes: { row: "head", column: "output size" },
  figure: "bars",
  compared: "all",
  metrics: [linearAccuracy],
  cells: (scale) => [
    ...["nonlinear", "linear"].flatMap((kind) =>
      sizes[scale].map((size) => ({
        row: kind,
        column: `${size}`,
        changes: { "head.kind": kind, "head.outputSize": size },
        measure: { kind: "linear" } as const,
      })),
    ),
    // Without a head the features themselves are compared, of whatever size they have.
    { row: "none", column: "features", changes: { "head.kind": "none" }, measure: { kind: "linear" } },
  ],
};
