import type { ClassificationMetric } from "./classification-metric.js";
import type { ClassificationResult } from "./classification-result.js";
import { confusionMatrix } from "./confusion-matrix.js";
import type { Measurement } from "./evaluate-features.js";
import { meanPerClassAccuracy } from "./mean-per-class-accuracy.js";

/** What every classifier is measured by, and how any part of its test rows is. */
export function measureClassification(
  result: ClassificationResult & { readonly loss?: number },
  labels: Int32Array,
  metric: ClassificationMetric,
): Omit<Measurement, "settings"> {
  const { top1, top5, loss, predictions, confusion } = result;
  const right = Uint8Array.from(labels, (label, row) => (predictions[row] === label ? 1 : 0));
  const accuracy = (rows: Int32Array) => rows.reduce((sum, row) => sum + (right[row] as number), 0) / rows.length;
  const perClass = (rows: Int32Array) => {
    const own = Int32Array.from(rows, (row) => labels[row] as number);
    const guessed = Int32Array.from(rows, (row) => predictions[row] as number);
    return meanPerClassAccuracy(confusionMatrix(own, guessed, confusion.length));
  };
  return {
    metrics: { top1, top5, meanPerClass: meanPerClassAccuracy(confusion), ...(loss !== undefined && { loss }) },
    primary: metric,
    statistic: metric === "top1" ? accuracy : perClass,
    predictions,
    confusion,
  };
}
