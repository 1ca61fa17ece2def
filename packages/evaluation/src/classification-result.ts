import { confusionMatrix } from "./confusion-matrix.js";
import { topKAccuracy } from "./top-k-accuracy.js";

/** How well a classifier does on labelled features. Plain JSON. */
export interface ClassificationResult {
  /** The share of rows whose class comes first, in [0, 1]. */
  readonly top1: number;
  /** The share of rows whose class is among the first five; 1 where there are no more than five classes. */
  readonly top5: number;
  /** Wilson's interval for `top1` at 95 %: what another test set of this size would give. */
  readonly top1Interval: readonly [low: number, high: number];
  /** The class that comes first, row by row. */
  readonly predictions: readonly number[];
  /** `confusion[label][prediction]` counts rows. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Ranks each row's classes by score; of equal scores the lower class comes first.
 *
 * @param scores `[count, classCount]`, finite
 */
export function classificationResult(
  scores: ArrayLike<number>,
  labels: Int32Array,
  classCount: number,
): ClassificationResult {
  const predictions = Array.from(labels, (_, row) => {
    const score = (c: number) => scores[row * classCount + c] as number;
    let best = 0;
    for (let c = 1; c < classCount; c++) if (score(c) > score(best)) best = c;
    return best;
  });
  const top1 = topKAccuracy(scores, labels, classCount, 1);
  return {
    top1,
    top5: topKAccuracy(scores, labels, classCount, 5),
    top1Interval: wilson(top1, labels.length),
    predictions,
    confusion: confusionMatrix(labels, predictions, classCount),
  };
}

/** Wilson 1927: unlike p +- 1.96 standard errors, it stays in [0, 1], and has a width at 0 and 1. */
function wilson(share: number, count: number, z = 1.959963984540054): [low: number, high: number] {
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const spread = (z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))) / (1 + z ** 2 / count);
  return [Math.max(0, centre - spread), Math.min(1, centre + spread)];
}
