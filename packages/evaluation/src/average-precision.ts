/**
 * Average precision of a ranking by score: `sum_n (recall_n - recall_(n-1)) precision_n` over the thresholds between
 * different scores, so that the order of equal ones does not matter; without interpolation.
 *
 * @param relevant scores of what should come first, at least one. Sorted in place
 * @param others scores of everything else. Sorted in place
 * @returns in (0, 1]; scikit-learn's `average_precision_score`
 */
export function averagePrecision(relevant: Float32Array, others: Float32Array): number {
  relevant.sort();
  others.sort();
  const hits = relevant.length;
  let [sum, hit, miss] = [0, hits - 1, others.length - 1];
  while (hit >= 0) {
    const score = relevant[hit] as number;
    const before = hit;
    while (hit >= 0 && relevant[hit] === score) hit--;
    while (miss >= 0 && (others[miss] as number) >= score) miss--;
    const found = hits - 1 - hit;
    sum += ((before - hit) * found) / (found + others.length - 1 - miss);
  }
  return sum / hits;
}
