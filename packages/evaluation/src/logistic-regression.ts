import { disposeTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { type ClassificationResult, classificationResult } from "./classification-result.js";
import { assertClassification, type Features, type LabelledFeatures } from "./features.js";
import {
  assertRegularization,
  fitLogisticRegression,
  type LogisticRegressionFitOptions,
  type LogisticRegressionModel,
} from "./fit-logistic-regression.js";
import { linearScores } from "./linear-scores.js";
import { meanCrossEntropy } from "./mean-cross-entropy.js";
import { type FeatureNormalization, normalizeFeatures } from "./normalize-features.js";

export interface LogisticRegressionOptions extends LogisticRegressionFitOptions {
  /** Default `"none"`, the paper's protocol. `"standardize"` converges in fewer iterations where columns differ in size. */
  readonly normalization?: FeatureNormalization;
}

/** What {@link logisticRegression} returns: plain JSON. */
export interface LogisticRegressionResult extends ClassificationResult {
  /** The mean cross entropy of the test rows, in nats. */
  readonly loss: number;
  /** What was minimized, at its minimum: over the train rows, with the penalty. */
  readonly objective: number;
  readonly iterations: number;
  /** Whether the gradient has fallen to `tolerance`. */
  readonly converged: boolean;
}

/**
 * L2-regularised multinomial logistic regression on cached features, by L-BFGS: the paper's linear transfer protocol at
 * one strength. With n train rows it minimizes
 *
 *     1/n ( sum_i -log softmax(x_i W + b)[y_i] + lambda/2 |W|² )
 *
 * so that lambda is scikit-learn's 1/C, whatever n is. The bias is not penalised. Nothing is random.
 *
 * @throws SIMCLR_ERROR__EVALUATION__LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._FEATURES_INVALID,
 *   ..._FEATURES_NOT_FINITE, ..._FEATURE_SIZE_MISMATCH; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, appendix B.8.1; Kornblith et al. 2019, appendix A
 * @example
 * ```ts
 * import { logisticRegression } from "@simclr/evaluation";
 * const train = { values: Float32Array.of(1, 0, 0, 1), count: 2, size: 2, labels: Int32Array.of(0, 1) };
 * const { top1, converged } = await logisticRegression(train, train, { classCount: 2, regularization: 1 }); // 1, true
 * ```
 */
export async function logisticRegression(
  train: Features,
  test: Features,
  options: LogisticRegressionOptions,
): Promise<LogisticRegressionResult> {
  const { classCount, normalization = "none" } = options;
  assertRegularization(options.regularization);
  assertClassification(train, test, classCount);
  const [trainValues, testValues] = normalizeFeatures(train, test, normalization);
  const model = await fitLogisticRegression([{ ...train, values: trainValues }], options);
  return classify(model, { ...test, values: testValues } as LabelledFeatures, classCount);
}

/** What a fitted model makes of other rows. */
export async function classify(
  { kernel, bias, objective, iterations, converged }: LogisticRegressionModel,
  test: LabelledFeatures,
  classCount: number,
): Promise<LogisticRegressionResult> {
  const weights = tf.tensor2d(Float32Array.from(kernel), [test.size, classCount]);
  const offsets = tf.tensor1d(Float32Array.from(bias));
  const scores = await linearScores(test, weights, offsets).finally(() => disposeTree([weights, offsets]));
  const loss = meanCrossEntropy(scores, test.labels, classCount);
  return { ...classificationResult(scores, test.labels, classCount), loss, objective, iterations, converged };
}
