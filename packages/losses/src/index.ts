export type { ContrastiveLoss } from "./contrastive-loss.js";
export { type ContrastiveMetrics, type ContrastiveMetricsOptions, contrastiveMetrics } from "./contrastive-metrics.js";
export { type MarginTripletOptions, marginTriplet } from "./margin-triplet.js";
export type { NegativeSelection } from "./negative-selection.js";
export { type NtLogisticOptions, ntLogistic } from "./nt-logistic.js";
export { type NtXentOptions, ntXent } from "./nt-xent.js";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.js";
