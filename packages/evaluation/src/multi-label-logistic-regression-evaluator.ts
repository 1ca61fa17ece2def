import { type Compile, eager, foldIn, invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertCount, bootstrapInterval } from "./bootstrap-interval.js";
import { elevenPointMeanAveragePrecision } from "./eleven-point-mean-average-precision.js";
import { type Encoder, embed } from "./embed.js";
import { validationMissing } from "./errors.js";
import type { FeatureEvaluatorOptions } from "./evaluate-features.js";
import type { EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import { assertFeatures } from "./features.js";
import {
  assertRegularization,
  fitSettings,
  type LogisticRegressionModel,
  penalizedFitter,
} from "./fit-logistic-regression.js";
import { linearScores } from "./linear-scores.js";
import type { LogisticRegressionEvaluatorOptions } from "./logistic-regression-evaluator.js";
import { regularizationGrid } from "./logistic-regression-search.js";
import { assertMultiLabelDatasets, type MultiLabelDataset, type MultiLabelDatasets } from "./multi-label-dataset.js";
import { resampledMeanAveragePrecision } from "./resampled-mean-average-precision.js";
import { type MultiLabelFeatures, sigmoidObjective } from "./sigmoid-objective.js";

export interface MultiLabelLogisticRegressionEvaluatorOptions
  extends FeatureEvaluatorOptions,
    Pick<LogisticRegressionEvaluatorOptions, "regularization" | "tolerance" | "maxIterations"> {}

/**
 * Linear transfer to images that show several classes at once: one L2-regularised logistic regression for each class, by
 * L-BFGS on the features of a frozen encoder, all of one strength. Of several strengths the one with the best 11-point mean
 * average precision on the validation part is taken, of equals the strongest, and refitted on train and validation. Per
 * class it minimizes
 *
 *     sum_i log(1 + exp(z_i)) - y_i z_i + lambda/2 |w|²,    z_i = x_i w + b
 *
 * which is scikit-learn's `LogisticRegression(C=1/lambda)`.
 *
 * @returns metrics `vocMeanAveragePrecision11` (primary), and among the settings each class's own
 * @throws SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING, ..._TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._FEATURES_NOT_FINITE,
 *   ..._ENCODER_OUTPUT; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, appendix B.8: VOC 2007 by its 11-point mAP. That its classifier is one against the rest is
 *   linusericsson/ssl-transfer's reading, `linear.py`; the paper does not say
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { multiLabelLogisticRegressionEvaluator, rawPixels } from "@simclr/evaluation";
 * // Each pixel shows red, green, both or nothing.
 * const images = Uint8Array.of(200, 0, 0, 0, 200, 0, 200, 200, 0, 0, 0, 0);
 * const truth = Int8Array.of(1, 0, 0, 1, 1, 1, 0, 0);
 * const pixels = { ...arrayDataset({ images, shape: [4, 1, 1, 3] }), classNames: ["red", "green"], truth };
 * const datasets = { train: pixels, validation: pixels, test: pixels };
 * const options = { key: randomKey(0), regularization: [0.1, 1] };
 * const { metrics } = await multiLabelLogisticRegressionEvaluator(rawPixels, datasets, options);
 * console.log(metrics.vocMeanAveragePrecision11); // 1
 * ```
 */
export async function multiLabelLogisticRegressionEvaluator(
  encoder: Encoder,
  datasets: MultiLabelDatasets,
  options: MultiLabelLogisticRegressionEvaluatorOptions & EvaluatorOptions,
): Promise<EvaluationResult> {
  const started = performance.now();
  const { regularization = regularizationGrid(), key, resamples = 1000, embeddingBatchSize = 256, signal } = options;
  const fit = fitSettings(options);
  const strengths = typeof regularization === "number" ? [regularization] : [...regularization].sort((a, b) => b - a);
  strengths.forEach(assertRegularization);
  if (strengths.length === 0) throw invalidArgument("regularization", strengths, "a number, or at least one in a list");
  assertCount("resamples", resamples);
  assertCount("embeddingBatchSize", embeddingBatchSize);
  const chooses = typeof regularization !== "number";
  const { train, test } = datasets;
  const validation = chooses ? datasets.validation : undefined;
  if (chooses && !validation) throw validationMissing("multi-label logistic regression");
  const parts = validation ? [train, validation, test] : [train, test];
  const classCount = assertMultiLabelDatasets({ train, test, ...(validation && { validation }) });
  const images = parts.reduce((sum, { length }) => sum + length, 0);
  const total = images + (chooses ? strengths.length : 0);
  let embedded = 0;
  const featuresOf = async (dataset: MultiLabelDataset): Promise<MultiLabelFeatures> => {
    const features = await (options.embed ?? embed)(encoder, dataset, {
      batchSize: embeddingBatchSize,
      ...(options.compile && { compile: options.compile }),
      ...(signal && { signal }),
      onProgress: (done) => options.onProgress?.(embedded + done, total),
    });
    embedded += dataset.length;
    assertFeatures(dataset === test ? "test" : "train", features);
    return { ...features, truth: dataset.truth };
  };
  const trainRows = await featuresOf(train);
  const validationRows = validation && (await featuresOf(validation));
  const testRows = await featuresOf(test);

  const searched: { regularization: number; meanAveragePrecision: number; iterations: number; converged: boolean }[] =
    [];
  const fitting = { classCount, ...fit, ...(signal && { signal }) };
  const { compile = eager } = options;
  let best: { strength: number; model?: LogisticRegressionModel; score: number } | undefined;
  if (validationRows) {
    const fitter = fitterOf([trainRows], fitting, compile);
    try {
      let model: LogisticRegressionModel | undefined;
      for (const strength of strengths) {
        model = await fitter.fit(strength, model);
        const scores = await scoresOf(model, validationRows, classCount);
        const { mean } = elevenPointMeanAveragePrecision(scores, validationRows.truth, classCount);
        const { iterations, converged } = model;
        searched.push({ regularization: strength, meanAveragePrecision: mean, iterations, converged });
        if (!best || mean > best.score) best = { strength, model, score: mean };
        options.onProgress?.(images + searched.length, total);
      }
    } finally {
      fitter.dispose();
    }
  }
  const chosen = best?.strength ?? (strengths[0] as number);
  const whole = fitterOf(validationRows ? [trainRows, validationRows] : [trainRows], fitting, compile);
  const model = await whole.fit(chosen, best?.model).finally(whole.dispose);
  const scores = await scoresOf(model, testRows, classCount);
  const { mean, perClass } = elevenPointMeanAveragePrecision(scores, testRows.truth, classCount);
  const statistic = resampledMeanAveragePrecision(scores, testRows.truth, classCount);
  signal?.throwIfAborted();
  const { iterations, converged, objective } = model;
  const classes = Object.fromEntries(train.classNames.map((name, label) => [name, perClass[label] as number]));
  return {
    protocol: "multi-label-logistic-regression",
    metrics: { vocMeanAveragePrecision11: mean },
    primary: "vocMeanAveragePrecision11",
    interval: bootstrapInterval(test.length, statistic, { key: foldIn(key, "bootstrap"), resamples }),
    settings: {
      ...{ ...fit, regularization: chosen, iterations, converged, objective, averagePrecision: classes },
      ...(chooses && { searched }),
    },
    counts: { train: train.length, validation: validation?.length ?? 0, test: test.length, classes: classCount },
    recipe: options.recipe ?? null,
    key,
    versions: { "@tensorflow/tfjs-core": tf.version_core, ...options.versions },
    seconds: (performance.now() - started) / 1000,
  };
}

type Fitting = Parameters<typeof penalizedFitter>[2];

function fitterOf(sets: readonly MultiLabelFeatures[], fitting: Fitting, compile: Compile) {
  return penalizedFitter(sigmoidObjective(sets, fitting.classCount, compile), sets, fitting);
}

async function scoresOf({ kernel, bias }: LogisticRegressionModel, rows: MultiLabelFeatures, classCount: number) {
  const weights = tf.tensor2d(Float32Array.from(kernel), [rows.size, classCount]);
  const offsets = tf.tensor1d(Float32Array.from(bias));
  return linearScores(rows, weights, offsets).finally(() => tf.dispose([weights, offsets]));
}
