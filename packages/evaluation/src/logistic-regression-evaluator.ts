import { invalidArgument } from "@simclr/core";
import { assertMetric, type ClassificationMetric } from "./classification-metric.js";
import type { Encoder } from "./embed.js";
import { validationMissing } from "./errors.js";
import { evaluateFeatures, type FeatureEvaluatorOptions, type FeatureProtocol } from "./evaluate-features.js";
import type { Evaluator } from "./evaluator.js";
import type { LabelledFeatures } from "./features.js";
import { assertRegularization, fitSettings } from "./fit-logistic-regression.js";
import { type LogisticRegressionOptions, logisticRegression } from "./logistic-regression.js";
import { logisticRegressionSearch, regularizationGrid } from "./logistic-regression-search.js";
import { measureClassification } from "./measure-classification.js";
import { assertNormalization } from "./normalize-features.js";

export interface LogisticRegressionEvaluatorOptions
  extends FeatureEvaluatorOptions,
    Pick<LogisticRegressionOptions, "tolerance" | "maxIterations" | "normalization"> {
  /** One strength, fitted on the train part alone; or several to choose from on the validation part. Default: the paper's 45. */
  readonly regularization?: number | readonly number[];
  /** What is chosen by, and what the interval is of. Default `"top1"`. */
  readonly metric?: ClassificationMetric;
}

/**
 * {@link logisticRegressionSearch} as an evaluator: the paper's linear transfer protocol. With one strength,
 * {@link logisticRegression}.
 *
 * @throws SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING, ..._TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._ONE_CLASS,
 *   ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._FEATURES_NOT_FINITE, ..._ENCODER_OUTPUT;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, appendix B.8.1
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { logisticRegressionEvaluator, rawPixels } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? i : 255 - i));
 * const train = arrayDataset({ images, shape: [8, 1, 1, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const options = { key: randomKey(0), regularization: [0.1, 1, 10] };
 * const datasets = { train, validation: train, test: train };
 * const { metrics, settings } = await logisticRegressionEvaluator(rawPixels, datasets, options);
 * console.log(metrics.top1, settings.regularization);
 * ```
 */
export const logisticRegressionEvaluator: Evaluator<Encoder, LogisticRegressionEvaluatorOptions> = async (
  encoder,
  datasets,
  options,
) => {
  const { regularization = regularizationGrid(), metric = "top1", normalization = "none", compile, signal } = options;
  const fit = fitSettings(options);
  assertMetric(metric);
  assertNormalization(normalization);
  const several = typeof regularization === "number" ? undefined : regularization;
  for (const strength of several ?? [regularization as number]) assertRegularization(strength);
  if (several?.length === 0) throw invalidArgument("regularization", several, "a number, or at least one in a list");
  if (several && !datasets.validation) throw validationMissing("logistic-regression");
  const own = { ...fit, normalization, ...(compile && { compile }), ...(signal && { signal }) };
  const protocol: FeatureProtocol = {
    protocol: "logistic-regression",
    steps: several?.length ?? 0,
    usesValidation: several !== undefined,
    measure: async ({ train, validation, test, classCount }, onStep) => {
      const searched =
        several &&
        (await logisticRegressionSearch(
          { train, validation: validation as LabelledFeatures, test },
          { ...own, classCount, regularizations: several, metric, onProgress: onStep },
        ));
      const chosen = searched?.regularization ?? (regularization as number);
      const result =
        searched ?? (await logisticRegression(train, test, { ...own, classCount, regularization: chosen }));
      const { iterations, converged, objective } = result;
      return {
        ...measureClassification(result, test.labels, metric),
        settings: {
          ...{ ...fit, normalization, metric, regularization: chosen, iterations, converged, objective },
          ...(searched && { searched: searched.searched }),
        },
      };
    },
  };
  return evaluateFeatures(protocol, encoder, datasets, options);
};
