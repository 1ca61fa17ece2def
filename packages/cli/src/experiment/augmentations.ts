import { type Experiment, linearAccuracy } from "./experiment.js";
import type { ScaleName } from "./scale.js";

const titles = {
  crop: "crop",
  cutout: "cutout",
  color: "colour",
  sobel: "Sobel",
  noise: "noise",
  blur: "blur",
  rotate: "rotate",
} as const;

type Transformation = keyof typeof titles;

// Forty-nine settings, three times, are a night on two cores: tiny takes three transformations, and an epoch less than it has.
const compared: Readonly<Record<ScaleName, readonly Transformation[]>> = {
  tiny: ["crop", "color", "rotate"],
  cifar: ["crop", "cutout", "color", "sobel", "noise", "blur", "rotate"],
  imagenet: ["crop", "cutout", "color", "sobel", "noise", "blur", "rotate"],
};

/** Figure 5: each transformation alone and every ordered pair, one view transformed and the other left as it was. */
export const augmentations: Experiment = {
  name: "augmentations",
  title: "Compositions of two transformations, one view transformed",
  source: "Chen et al. 2020, figure 5",
  published: "No single transformation suffices; crop with colour is the best pair, 55.8 % or 56.3 % by their order.",
  axes: { row: "first", column: "second (the same: alone)" },
  figure: "matrix",
  compared: "all",
  metrics: [linearAccuracy],
  cells: (scale) =>
    compared[scale].flatMap((first) =>
      compared[scale].map((second) => ({
        row: titles[first],
        column: titles[second],
        changes: {
          ...(scale === "tiny" && { epochs: 5 }),
          "view.transformedViews": "first",
          "view.transformations": first === second ? [first] : [first, second],
        },
        measure: { kind: "linear" },
      })),
    ),
};
