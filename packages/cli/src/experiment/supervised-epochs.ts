import { accuracy, type Changes, type Experiment } from "./experiment.js";
import { type ScaleName, scaleNamed } from "./scale.js";

const lengths: Readonly<Record<ScaleName, readonly number[]>> = {
  tiny: [5, 15],
  cifar: [90, 300],
  imagenet: [90, 300, 500, 1000],
};
const views: Readonly<Record<string, Changes>> = {
  crop: { "view.transformations": ["crop", "flip"] },
  "crop, colour": { "view.transformations": ["crop", "flip", "color"] },
  "crop, colour, blur": { "view.transformations": ["crop", "flip", "color", "blur"], "view.blurProbability": 0.5 },
};

/** Appendix B.2: whether longer training, or SimCLR's views, make supervised learning better. */
export const supervisedEpochs: Experiment = {
  name: "supervised-epochs",
  title: "Supervised training, longer and with SimCLR's views",
  source: "Chen et al. 2020, appendix B.3",
  published:
    "ResNet-50 gains little from longer training with crop alone, and from stronger views only when it is longer.",
  axes: { row: "views", column: "epochs" },
  figure: "bars",
  compared: "all",
  metrics: [accuracy],
  cells: (scale) =>
    Object.entries(views).flatMap(([row, changes]) =>
      lengths[scale].map((epochs) => ({
        row,
        column: `${epochs}`,
        changes,
        measure: {
          kind: "supervised",
          labelFraction: 1,
          epochs,
          batchSize: scaleNamed(scale).supervisedBatchSize,
          view: "recipe",
        } as const,
      })),
    ),
};
