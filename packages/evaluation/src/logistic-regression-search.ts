import { invalidArgument } from "@simclr/core";
import { assertMetric, type ClassificationMetric } from "./classification-metric.js";
import { assertClassification, type Features, type LabelledFeatures } from "./features.js";
import {
  assertRegularization,
  type LogisticRegressionModel,
  logisticRegressionFitter,
} from "./fit-logistic-regression.js";
import { classify, type LogisticRegressionOptions, type LogisticRegressionResult } from "./logistic-regression.js";
import { meanPerClassAccuracy } from "./mean-per-class-accuracy.js";
import { normalizeFeatures } from "./normalize-features.js";

export interface LogisticRegressionSearchOptions extends Omit<LogisticRegressionOptions, "regularization"> {
  /** The strengths to choose from. Default: {@link regularizationGrid}. */
  readonly regularizations?: readonly number[];
  /** What is to be highest on the validation rows: `"top1"` (default) or the mean of the classes' own accuracies. */
  readonly metric?: ClassificationMetric;
  /** Called after each strength. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What {@link logisticRegressionSearch} returns: plain JSON. */
export interface LogisticRegressionSearchResult extends LogisticRegressionResult {
  /** The strength that was chosen. */
  readonly regularization: number;
  /** Every strength with its accuracy on the validation rows, from the strongest. */
  readonly searched: readonly {
    readonly regularization: number;
    readonly accuracy: number;
    readonly iterations: number;
    readonly converged: boolean;
  }[];
}

/**
 * The paper's 45 strengths: logarithmically spaced from 1e-6 to 1e5, four to a factor of ten.
 *
 * @see Chen et al. 2020, appendix B.8.1
 * @example
 * ```ts
 * import { regularizationGrid } from "@simclr/evaluation";
 * regularizationGrid().length; // 45: 1e-6, 1.78e-6, 3.16e-6, ... 1e5
 * ```
 */
export function regularizationGrid(): number[] {
  return Array.from({ length: 45 }, (_, i) => 10 ** (-6 + i / 4));
}

/**
 * The paper's linear transfer protocol: {@link logisticRegression} at every strength on the train rows, the strength that
 * is best on the validation rows, and with it a fit on both. Of equals the strongest is taken. Every fit starts from its
 * stronger neighbour's weights. `loss`, `top1` and so on are of the test rows, which only the last fit sees.
 *
 * @throws SIMCLR_ERROR__EVALUATION__LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._FEATURES_INVALID,
 *   ..._FEATURES_NOT_FINITE, ..._FEATURE_SIZE_MISMATCH; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, appendix B.8.1
 * @example
 * ```ts
 * import { logisticRegressionSearch } from "@simclr/evaluation";
 * const rows = { values: Float32Array.of(1, 0, 0, 1), count: 2, size: 2, labels: Int32Array.of(0, 1) };
 * const options = { classCount: 2, regularizations: [0.01, 1, 100] };
 * const { regularization } = await logisticRegressionSearch({ train: rows, validation: rows, test: rows }, options); // 100
 * ```
 */
export async function logisticRegressionSearch(
  { train, validation, test }: { readonly train: Features; readonly validation: Features; readonly test: Features },
  options: LogisticRegressionSearchOptions,
): Promise<LogisticRegressionSearchResult> {
  const { classCount, normalization = "none", metric = "top1", regularizations = regularizationGrid() } = options;
  if (regularizations.length === 0) throw invalidArgument("regularizations", regularizations, "at least one number");
  assertMetric(metric);
  regularizations.forEach(assertRegularization);
  assertClassification(train, validation, classCount);
  assertClassification(train, test, classCount);
  const [trainValues, validationValues] = normalizeFeatures(train, validation, normalization);
  const trainRows = { ...train, values: trainValues };
  const validationRows = { ...validation, values: validationValues } as LabelledFeatures;
  const testRows = { ...test, values: normalizeFeatures(train, test, normalization)[1] } as LabelledFeatures;

  const strongestFirst = [...regularizations].sort((a, b) => b - a);
  const searched: LogisticRegressionSearchResult["searched"][number][] = [];
  let best: { regularization: number; accuracy: number; model: LogisticRegressionModel } | undefined;
  const fitter = logisticRegressionFitter([trainRows], options);
  try {
    let model: LogisticRegressionModel | undefined;
    for (const regularization of strongestFirst) {
      model = await fitter.fit(regularization, model);
      const { top1, confusion, iterations, converged } = await classify(model, validationRows, classCount);
      const accuracy = metric === "top1" ? top1 : meanPerClassAccuracy(confusion);
      searched.push({ regularization, accuracy, iterations, converged });
      if (!best || accuracy > best.accuracy) best = { regularization, accuracy, model };
      options.onProgress?.(searched.length, strongestFirst.length);
    }
  } finally {
    fitter.dispose();
  }
  const { regularization, model } = best as NonNullable<typeof best>;
  const both = logisticRegressionFitter([trainRows, validationRows], options);
  try {
    const refit = await both.fit(regularization, model);
    return { ...(await classify(refit, testRows, classCount)), regularization, searched };
  } finally {
    both.dispose();
  }
}
