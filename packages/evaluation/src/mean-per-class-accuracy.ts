/**
 * Every class's own accuracy, averaged: `1/C sum_c confusion[c][c] / sum_p confusion[c][p]`. Large classes weigh no more
 * than small ones; classes without a row count for nothing.
 *
 * @param confusion `confusion[label][prediction]`, of at least one row
 * @returns in [0, 1]; scikit-learn calls it `balanced_accuracy_score`
 * @see Chen et al. 2020, appendix B.8: the metric of Aircraft, Pets, Caltech-101 and Flowers
 * @example
 * ```ts
 * import { meanPerClassAccuracy } from "@simclr/evaluation";
 * meanPerClassAccuracy([[9, 1], [1, 1]]); // 0.7, where 10 of 12 are right
 * ```
 */
export function meanPerClassAccuracy(confusion: readonly (readonly number[])[]): number {
  const shares = confusion.flatMap((counts, label) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return rows > 0 ? [(counts[label] as number) / rows] : [];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
