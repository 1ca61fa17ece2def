/**
 * Counts rows: `confusionMatrix(...)[label][prediction]`.
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "@simclr/evaluation";
 * confusionMatrix([0, 0, 1], [0, 1, 1], 2); // [[1, 1], [0, 1]]
 * ```
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
): number[][] {
  const confusion = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let row = 0; row < labels.length; row++) {
    const counts = confusion[labels[row] as number] as number[];
    const prediction = predictions[row] as number;
    counts[prediction] = (counts[prediction] as number) + 1;
  }
  return confusion;
}
