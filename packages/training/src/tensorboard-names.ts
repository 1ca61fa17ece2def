/** The names of google-research/simclr@383d414 tf2/run.py, so that its runs and ours lie in one TensorBoard. */
const ofReference: Readonly<Record<string, string>> = {
  loss: "train/contrast_loss",
  contrastiveAccuracy: "train/contrast_acc",
  contrastiveEntropy: "train/contrast_entropy",
  supervisedLoss: "train/supervised_loss",
  supervisedAccuracy: "train/supervised_acc",
  learningRate: "learning_rate",
};

/** A metric of the step, as TensorBoard shows it: `gradientNorm` is `train/gradient_norm`. */
export function trainTag(metric: string): string {
  return ofReference[metric] ?? `train/${metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** A probe's number, as TensorBoard shows it: `eval/knn/top1`. */
export function probeTag(probe: string, measured: string): string {
  return `eval/${probe}/${measured}`;
}
