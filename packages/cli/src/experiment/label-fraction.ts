import { accuracy, type Cell, type Experiment } from "./experiment.js";
import { type ScaleName, scaleNamed } from "./scale.js";

// The batch is one that a hundredth of the images can fill.
const choices: Readonly<Record<ScaleName, { fractions: readonly number[]; batchSize: number }>> = {
  tiny: { fractions: [0.02, 0.1, 1], batchSize: 32 },
  cifar: { fractions: [0.01, 0.1, 1], batchSize: 256 },
  imagenet: { fractions: [0.01, 0.1, 1], batchSize: 256 },
};

/** Table 7: fine-tuning with some of the labels, and the same network from scratch with the same ones. */
export const labelFraction: Experiment = {
  name: "label-fraction",
  title: "Shares of the labels: fine-tuned, and supervised from scratch",
  source: "Chen et al. 2020, table 7 and appendix B.5",
  published: "ResNet-50 with 1 % of ImageNet's labels: 48.3 against 25.4 % (top-1); with 10 %: 65.6 against 56.4 %.",
  axes: { row: "labels", column: "" },
  figure: "bars",
  compared: "in a row",
  metrics: [accuracy],
  cells: (scale) => {
    const { supervisedEpochs } = scaleNamed(scale);
    const { fractions, batchSize } = choices[scale];
    return fractions.flatMap((share): Cell[] => {
      // As long in steps where labels are few, up to ten times the epochs.
      const epochs = Math.round(supervisedEpochs * Math.min(10, share ** -0.5));
      const place = { row: `${100 * share} %`, changes: {} };
      const training = { labelFraction: share, epochs, batchSize };
      return [
        { ...place, column: "SimCLR, fine-tuned", measure: { kind: "fine-tune", ...training } },
        { ...place, column: "supervised", measure: { kind: "supervised", view: "crop and flip", ...training } },
      ];
    });
  },
};
