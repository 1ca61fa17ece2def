import { type Augmentation, gaussianNoise, grayscale, rotate, sobel, view } from "@simclr/augmentations";
import { foldIn, invalidArgument } from "@simclr/core";
import type { Encoder } from "./embed.js";
import { evaluateFeatures, type FeatureEvaluatorOptions, type FeatureProtocol } from "./evaluate-features.js";
import type { EvaluationDatasets, Evaluator } from "./evaluator.js";
import { type LinearEvaluationOptions, linearEvaluation, linearSettings } from "./linear-evaluation.js";
import { measureClassification } from "./measure-classification.js";
import { transformedDataset } from "./transformed-dataset.js";

/** What images can be told apart by: the four rows of the paper's table 3. */
export type PredictedTransformation = "grayscale" | "rotation" | "noise" | "sobel";

export interface TransformationEvaluatorOptions
  extends FeatureEvaluatorOptions,
    Pick<LinearEvaluationOptions, "epochs" | "batchSize" | "learningRate" | "weightDecay" | "normalization"> {
  /**
   * `"grayscale"`, `"noise"` (sigma 0.1) and `"sobel"` against the image as it is; `"rotation"`, by which quarter turn.
   * Or a class for each augmentation of your own, by name; `view([])` changes nothing.
   */
  readonly transformation: PredictedTransformation | Readonly<Record<string, Augmentation>>;
}

const original = view([]) as Augmentation;
const turnedBy = (angle: number) => rotate({ angles: [angle] }) as Augmentation;

/** The classes of the paper's table 3. */
const table3: Readonly<Record<PredictedTransformation, Readonly<Record<string, Augmentation>>>> = {
  grayscale: { color: original, grayscale: grayscale() as Augmentation },
  rotation: { "0": original, "90": turnedBy(90), "180": turnedBy(180), "270": turnedBy(270) },
  noise: { original, noise: gaussianNoise({ sigmaRange: [0.1, 0.1] }) as Augmentation },
  sobel: { original, sobel: sobel() as Augmentation },
};

/**
 * How well a linear classifier tells from features which transformation an image went through. What a representation
 * is invariant to, it cannot tell: SimCLR's features before the projection head tell much, those after it little.
 *
 * Every image of both parts gets one of the transformations, all of them equally often, by the key; labels of the datasets
 * are not read. `metrics` are `top1`, `meanPerClass`, `loss`, and `chance`, the accuracy of always guessing the commonest class.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._FEATURES_NOT_FINITE,
 *   ..._ENCODER_OUTPUT; SIMCLR_ERROR__CORE__INVALID_ARGUMENT, also for gray images by their colour and for
 *   rotations of images that are not square, whose black corners would tell
 * @see Chen et al. 2020, table 3; there a multilayer perceptron tells, and grayscale is a fifth of the images, so that chance is 80 %
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { rawPixels, transformationEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 40 * 4 * 4 * 3 }, (_, i) => (i * 37) % 251);
 * const train = arrayDataset({ images, shape: [40, 4, 4, 3] });
 * const options = { transformation: "rotation", key: randomKey(0), epochs: 5 } as const;
 * const { metrics } = await transformationEvaluator(rawPixels, { train, test: train }, options);
 * console.log(metrics.top1, metrics.chance); // chance: 0.25
 * ```
 */
export const transformationEvaluator: Evaluator<Encoder, TransformationEvaluatorOptions> = async (
  encoder,
  { train, test },
  options,
) => {
  const { transformation, key, compile, signal } = options;
  const classes = classesOf(options.transformation, { train, test });
  const settings = linearSettings(options, train.length);
  const protocol: FeatureProtocol = {
    protocol: "transformation",
    steps: settings.epochs,
    measure: async (parts, onStep) => {
      const { labels, count } = parts.test;
      const result = await linearEvaluation(parts.train, parts.test, {
        ...settings,
        classCount: parts.classCount,
        key,
        ...(compile && { compile }),
        ...(signal && { signal }),
        onProgress: onStep,
      });
      const measured = measureClassification(result, labels, "top1");
      // Among two to four classes the five best are all of them.
      const { top5: _, ...metrics } = measured.metrics;
      const counts = Object.keys(classes).map((__, label) => labels.filter((own) => own === label).length);
      return {
        ...measured,
        metrics: { ...metrics, chance: Math.max(...counts) / count },
        settings: {
          transformation: typeof transformation === "string" ? transformation : "own",
          classes: Object.keys(classes),
          ...settings,
        },
      };
    },
  };
  const parts = {
    train: transformedDataset(train, classes, foldIn(key, "train")),
    test: transformedDataset(test, classes, foldIn(key, "test")),
  };
  return evaluateFeatures(protocol, encoder, parts, options);
};

function classesOf(
  transformation: TransformationEvaluatorOptions["transformation"],
  datasets: EvaluationDatasets,
): Readonly<Record<string, Augmentation>> {
  const classes = typeof transformation === "string" ? table3[transformation] : transformation;
  if (!classes) {
    throw invalidArgument("transformation", transformation, `one of ${Object.keys(table3).join(", ")}, or classes`);
  }
  const names = Object.keys(classes);
  if (names.length < 2) throw invalidArgument("transformation", names, "two classes at least, by name");
  const resizing = Object.entries(classes).find(([, { outputSize }]) => outputSize);
  if (resizing) throw invalidArgument("transformation", resizing[0], "augmentations that keep the images' size");
  for (const { imageShape } of [datasets.train, datasets.test]) {
    const [height, width, channels] = imageShape;
    if (transformation === "grayscale" && channels !== 3) {
      throw invalidArgument("datasets", `${channels} channels`, "images of 3 channels, whose colour can be taken away");
    }
    if (transformation === "rotation" && height !== width) {
      throw invalidArgument("datasets", `${height} x ${width} pixels`, "square images, which quarter turns fill");
    }
  }
  return classes;
}
