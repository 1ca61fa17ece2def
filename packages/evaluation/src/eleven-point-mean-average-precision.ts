import { invalidArgument } from "@simclr/core";

/**
 * PASCAL VOC 2007's mean average precision, for images that show objects of several classes at once. A class's images are
 * ranked by score; then, over the eleven recalls 0, 0.1, ... 1,
 *
 *     AP = 1/11 sum_r max { precision at any recall >= r }
 *
 * and the mean is over the classes. Of equal scores the lower row comes first.
 *
 * @param scores `[count, classCount]`, finite: how surely the image shows the class
 * @param truth `[count, classCount]`: 1 shows it, 0 does not, -1 is VOC's "difficult", which is left out
 * @returns the mean in [0, 1], and each class's own
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a class that no image shows, and for lengths that do not agree
 * @see Everingham et al. 2010, section 4.2; `VOCevalcls.m` of the VOC2007 development kit
 * @example
 * ```ts
 * import { elevenPointMeanAveragePrecision } from "@simclr/evaluation";
 * const truth = Int8Array.of(1, 0, 1, 0); // four images, one class
 * elevenPointMeanAveragePrecision([0.9, 0.8, 0.7, 0.1], truth, 1).mean; // (6 * 1 + 5 * 2/3) / 11
 * ```
 */
export function elevenPointMeanAveragePrecision(
  scores: ArrayLike<number>,
  truth: Int8Array,
  classCount: number,
): { readonly mean: number; readonly perClass: readonly number[] } {
  if (!(scores.length > 0 && truth.length === scores.length && truth.length % classCount === 0)) {
    throw invalidArgument(
      "truth",
      truth.length,
      `[count, ${classCount}] values, as many as the ${scores.length} scores`,
    );
  }
  const perClass = Array.from({ length: classCount }, (_, label) => {
    const rows = Array.from({ length: truth.length / classCount }, (_, row) => row * classCount + label);
    const ranked = rows
      .filter((at) => truth[at] !== -1)
      .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
      .map((at) => truth[at] === 1);
    if (!ranked.includes(true)) throw invalidArgument("truth", truth, `at least one image that shows class ${label}`);
    return elevenPointAveragePrecision(ranked);
  });
  return { mean: perClass.reduce((sum, precision) => sum + precision, 0) / classCount, perClass };
}

/** @param ranked whether the first, the second, ... shows the class */
function elevenPointAveragePrecision(ranked: readonly boolean[]): number {
  const positives = ranked.filter(Boolean).length;
  const best = new Array<number>(11).fill(0);
  let found = 0;
  ranked.forEach((shows, i) => {
    if (shows) found++;
    const precision = found / (i + 1);
    // In integers: 3 / 10 of recall is at least 0.3, which 0.1 * 3 in floating point is not.
    for (let tenth = 0; tenth * positives <= 10 * found && tenth <= 10; tenth++) {
      best[tenth] = Math.max(best[tenth] as number, precision);
    }
  });
  return best.reduce((sum, precision) => sum + precision, 0) / 11;
}
