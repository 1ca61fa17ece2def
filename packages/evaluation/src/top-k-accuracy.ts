/**
 * The share of rows whose class is among the k of highest score; of equal scores the lower class comes first.
 *
 * @param scores `[count, classCount]`, finite
 * @returns in [0, 1]; 1 where k is classCount or more
 * @example
 * ```ts
 * import { topKAccuracy } from "@simclr/evaluation";
 * const scores = [0.5, 0.3, 0.2, 0.1, 0.2, 0.7];
 * topKAccuracy(scores, Int32Array.of(1, 2), 3, 1); // 0.5: row 1 alone
 * topKAccuracy(scores, Int32Array.of(1, 2), 3, 2); // 1
 * ```
 */
export function topKAccuracy(scores: ArrayLike<number>, labels: Int32Array, classCount: number, k: number): number {
  let hits = 0;
  labels.forEach((label, row) => {
    const own = scores[row * classCount + label] as number;
    let before = 0;
    for (let c = 0; c < classCount; c++) {
      const score = scores[row * classCount + c] as number;
      if (score > own || (score === own && c < label)) before++;
    }
    if (before < k) hits++;
  });
  return hits / labels.length;
}
