/**
 * Average precision of a ranking by score: `sum_n (recall_n - recall_(n-1)) precision_n` over the thresholds between
 * different scores, so that the order of equal ones does not matter; without interpolation.
 *
 * @param relevant scores of what should come first, at least one. Sorted in place
 * @param others scores of everything else. Not sorted, which would take longest of all: each is looked up among the few
 *   relevant ones
 * @returns in (0, 1]; scikit-learn's `average_precision_score`
 */
export function averagePrecision(relevant: Float32Array, others: Float32Array): number {
  relevant.sort();
  const hits = relevant.length;
  // outranking[i]: others that are at least as high as i of the relevant ones, and not as i + 1.
  const outranking = new Int32Array(hits + 1);
  for (let i = 0; i < others.length; i++) {
    const count = countUpTo(relevant, others[i] as number);
    outranking[count] = (outranking[count] as number) + 1;
  }
  let [sum, misses, hit] = [0, 0, hits - 1];
  while (hit >= 0) {
    misses += outranking[hit + 1] as number;
    const [highest, score] = [hit, relevant[hit]];
    while (hit >= 0 && relevant[hit] === score) hit--;
    const found = hits - 1 - hit;
    sum += ((highest - hit) * found) / (found + misses);
  }
  return sum / hits;
}

/** How many of some sorted scores are no higher than this one. */
function countUpTo(sorted: Float32Array, score: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}
