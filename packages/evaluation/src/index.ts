export { type BootstrapOptions, bootstrapInterval } from "./bootstrap-interval.js";
export type { ClassificationMetric } from "./classification-metric.js";
export type { ClassificationResult } from "./classification-result.js";
export { confusionMatrix } from "./confusion-matrix.js";
export { distillationEvaluator } from "./distillation-evaluator.js";
export type { DistillationEvaluatorOptions } from "./distillation-options.js";
export { elevenPointMeanAveragePrecision } from "./eleven-point-mean-average-precision.js";
export { type EmbedOptions, type Encoder, embed } from "./embed.js";
export { type Embed, embedOnce } from "./embed-once.js";
export type { ImageOptions } from "./evaluate-classifier.js";
export type { FeatureEvaluatorOptions } from "./evaluate-features.js";
export type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
export type { Features } from "./features.js";
export { type FineTuneEvaluatorOptions, fineTuneEvaluator } from "./fine-tune-evaluator.js";
export { type FineTuneGrid, fineTuneGrid, randomInitializationGrid } from "./fine-tune-grid.js";
export type { FineTuneTrial } from "./fine-tune-search.js";
export { type FineTuneSearchEvaluatorOptions, fineTuneSearchEvaluator } from "./fine-tune-search-evaluator.js";
export {
  fitLogisticRegression,
  type LogisticRegressionFitOptions,
  type LogisticRegressionModel,
} from "./fit-logistic-regression.js";
export { type KnnOptions, type KnnResult, knn } from "./knn.js";
export { type KnnEvaluatorOptions, knnEvaluator } from "./knn-evaluator.js";
export { type LinearEvaluationOptions, type LinearEvaluationResult, linearEvaluation } from "./linear-evaluation.js";
export { type LinearEvaluatorOptions, linearEvaluator } from "./linear-evaluator.js";
export { type LinearFeaturesEvaluatorOptions, linearFeaturesEvaluator } from "./linear-features-evaluator.js";
export {
  type LogisticRegressionOptions,
  type LogisticRegressionResult,
  logisticRegression,
} from "./logistic-regression.js";
export {
  type LogisticRegressionEvaluatorOptions,
  logisticRegressionEvaluator,
} from "./logistic-regression-evaluator.js";
export {
  type LogisticRegressionSearchOptions,
  type LogisticRegressionSearchResult,
  logisticRegressionSearch,
  regularizationGrid,
} from "./logistic-regression-search.js";
export { meanPerClassAccuracy } from "./mean-per-class-accuracy.js";
export type { MultiLabelDataset, MultiLabelDatasets } from "./multi-label-dataset.js";
export {
  type MultiLabelFineTuneSearchEvaluatorOptions,
  multiLabelFineTuneSearchEvaluator,
} from "./multi-label-fine-tune-search-evaluator.js";
export {
  type MultiLabelLogisticRegressionEvaluatorOptions,
  multiLabelLogisticRegressionEvaluator,
} from "./multi-label-logistic-regression-evaluator.js";
export { type Neighbours, nearestNeighbours } from "./nearest-neighbours.js";
export { networkEncoder } from "./network-encoder.js";
export type { FeatureNormalization } from "./normalize-features.js";
export { rawPixels } from "./raw-pixels.js";
export { type RetrievalOptions, type RetrievalResult, retrieval } from "./retrieval.js";
export { type RetrievalEvaluatorOptions, retrievalEvaluator } from "./retrieval-evaluator.js";
export type { ComparisonOptions } from "./similarities.js";
export type { Student } from "./student.js";
export { type SupervisedEvaluatorOptions, supervisedEvaluator } from "./supervised-evaluator.js";
export { type PredictingModel, type ToEncoderOptions, toEncoder } from "./to-encoder.js";
export { topKAccuracy } from "./top-k-accuracy.js";
export type { TrainableEncoder } from "./trainable-encoder.js";
export type { TrainingOptions } from "./training-recipe.js";
export {
  type PredictedTransformation,
  type TransformationEvaluatorOptions,
  transformationEvaluator,
} from "./transformation-evaluator.js";
