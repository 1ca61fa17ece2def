export type { ClassificationResult } from "./classification-result.js";
export { type EmbedOptions, type Encoder, embed } from "./embed.js";
export type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
export type { Features } from "./features.js";
export { type KnnOptions, type KnnResult, knn } from "./knn.js";
export { type LinearEvaluationOptions, type LinearEvaluationResult, linearEvaluation } from "./linear-evaluation.js";
export { type Neighbours, nearestNeighbours } from "./nearest-neighbours.js";
export type { FeatureNormalization } from "./normalize-features.js";
export { rawPixels } from "./raw-pixels.js";
