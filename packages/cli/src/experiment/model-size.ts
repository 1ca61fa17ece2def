import { accuracy, type Cell, type Experiment } from "./experiment.js";
import { type ScaleName, scaleNamed } from "./scale.js";

const sizes: Readonly<Record<ScaleName, { depths: readonly number[]; widths: readonly number[] }>> = {
  tiny: { depths: [18, 34], widths: [0.125, 0.25] },
  cifar: { depths: [18, 34, 50], widths: [1, 2] },
  imagenet: { depths: [18, 34, 50, 101, 152], widths: [1, 2, 4] },
};

/** Figure 7: the network's depth and width, contrastive and supervised. */
export const modelSize: Experiment = {
  name: "model-size",
  title: "Depth and width, contrastive and supervised",
  source: "Chen et al. 2020, figure 7",
  published: "Both gain from depth and width; contrastive learning gains more.",
  axes: { row: "ResNet", column: "" },
  figure: "bars",
  compared: "in a column",
  metrics: [accuracy],
  cells: (scale) => {
    const { supervisedEpochs: epochs, supervisedBatchSize: batchSize } = scaleNamed(scale);
    const supervised = { kind: "supervised", labelFraction: 1, epochs, batchSize, view: "crop and flip" } as const;
    const { depths, widths } = sizes[scale];
    return depths.flatMap((depth) =>
      widths.flatMap((width): Cell[] => {
        const place = {
          row: `${depth}, width ${width}`,
          changes: { "backbone.depth": depth, "backbone.width": width },
        };
        return [
          { ...place, column: "SimCLR, linear", measure: { kind: "linear" } },
          { ...place, column: "supervised", measure: supervised },
        ];
      }),
    );
  },
};
