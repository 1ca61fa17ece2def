import { assertMetric, type ClassificationMetric } from "./classification-metric.js";
import type { Encoder } from "./embed.js";
import { tooFewNeighbours } from "./errors.js";
import { evaluateFeatures, type FeatureEvaluatorOptions, type FeatureParts } from "./evaluate-features.js";
import type { Evaluator } from "./evaluator.js";
import { type KnnOptions, knn, knnSettings } from "./knn.js";
import { measureClassification } from "./measure-classification.js";

export interface KnnEvaluatorOptions extends FeatureEvaluatorOptions, Pick<KnnOptions, "k" | "temperature"> {
  /** What the interval is of. Default `"top1"`. */
  readonly metric?: ClassificationMetric;
}

/**
 * {@link knn} as an evaluator: the train part votes on the test part.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS, ..._TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._ONE_CLASS,
 *   ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._FEATURES_NOT_FINITE, ..._ENCODER_OUTPUT;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { knnEvaluator, rawPixels } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? i : 255 - i));
 * const train = arrayDataset({ images, shape: [8, 1, 1, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const { metrics, interval } = await knnEvaluator(rawPixels, { train, test: train }, { key: randomKey(0), k: 3 });
 * console.log(metrics.top1, interval);
 * ```
 */
export const knnEvaluator: Evaluator<Encoder, KnnEvaluatorOptions> = async (encoder, datasets, options) => {
  const { metric = "top1", compile, signal } = options;
  const settings = knnSettings(options);
  assertMetric(metric);
  if (datasets.train.length > 1 && settings.k > datasets.train.length) {
    throw tooFewNeighbours(settings.k, datasets.train.length);
  }
  const protocol = {
    protocol: "knn",
    measure: async ({ train, test, classCount }: FeatureParts) => {
      const result = await knn(train, test, {
        ...settings,
        classCount,
        ...(compile && { compile }),
        ...(signal && { signal }),
      });
      return { ...measureClassification(result, test.labels, metric), settings: { ...settings, metric } };
    },
  };
  return evaluateFeatures(protocol, encoder, datasets, options);
};
