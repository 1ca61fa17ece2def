export type { ContrastiveLoss } from "./contrastive-loss.js";
export { type ContrastiveMetrics, type ContrastiveMetricsOptions, contrastiveMetrics } from "./contrastive-metrics.js";
export { type NtXentOptions, ntXent } from "./nt-xent.js";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.js";
