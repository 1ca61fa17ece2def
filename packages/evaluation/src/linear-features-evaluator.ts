import { assertMetric, type ClassificationMetric } from "./classification-metric.js";
import type { Encoder } from "./embed.js";
import { evaluateFeatures, type FeatureEvaluatorOptions, type FeatureProtocol } from "./evaluate-features.js";
import type { Evaluator } from "./evaluator.js";
import { type LinearEvaluationOptions, linearEvaluation, linearSettings } from "./linear-evaluation.js";
import { measureClassification } from "./measure-classification.js";

export interface LinearFeaturesEvaluatorOptions
  extends FeatureEvaluatorOptions,
    Pick<LinearEvaluationOptions, "epochs" | "batchSize" | "learningRate" | "weightDecay" | "normalization"> {
  /** What the interval is of. Default `"top1"`. */
  readonly metric?: ClassificationMetric;
}

/**
 * {@link linearEvaluation} as an evaluator: a linear classifier by SGD on features that are computed once, without
 * augmentation.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._ONE_CLASS, ..._LABELS_MISSING,
 *   ..._LABEL_OUT_OF_RANGE, ..._FEATURES_NOT_FINITE, ..._ENCODER_OUTPUT; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { linearFeaturesEvaluator, rawPixels } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? i : 255 - i));
 * const train = arrayDataset({ images, shape: [8, 1, 1, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const options = { key: randomKey(0), epochs: 5 };
 * const { metrics, interval } = await linearFeaturesEvaluator(rawPixels, { train, test: train }, options);
 * console.log(metrics.top1, interval);
 * ```
 */
export const linearFeaturesEvaluator: Evaluator<Encoder, LinearFeaturesEvaluatorOptions> = async (
  encoder,
  datasets,
  options,
) => {
  const { metric = "top1", key, compile, signal } = options;
  const settings = linearSettings(options, datasets.train.length);
  assertMetric(metric);
  const protocol: FeatureProtocol = {
    protocol: "linear-features",
    steps: settings.epochs,
    measure: async ({ train, test, classCount }, onStep) => {
      const result = await linearEvaluation(train, test, {
        ...settings,
        classCount,
        key,
        ...(compile && { compile }),
        ...(signal && { signal }),
        onProgress: onStep,
      });
      return { ...measureClassification(result, test.labels, metric), settings: { ...settings, metric } };
    },
  };
  return evaluateFeatures(protocol, encoder, datasets, options);
};
