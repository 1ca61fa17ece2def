/**
 * The 11-point mean average precision of any rows of a test set, some of them more than once, for the bootstrap: the rows
 * are ranked once, and a resample only counts them. Classes that none of the rows shows have no part in the mean.
 *
 * @param scores `[count, classCount]`
 * @param truth `[count, classCount]`: 1, 0, or -1 which is left out
 */
export function resampledMeanAveragePrecision(
  scores: ArrayLike<number>,
  truth: Int8Array,
  classCount: number,
): (rows: Int32Array) => number {
  const count = truth.length / classCount;
  const rankings = Array.from({ length: classCount }, (_, label) =>
    Int32Array.from({ length: count }, (_, row) => row)
      .filter((row) => truth[row * classCount + label] !== -1)
      .sort((a, b) => (scores[b * classCount + label] as number) - (scores[a * classCount + label] as number) || a - b),
  );
  return (rows) => {
    const times = new Int32Array(count);
    for (const row of rows) times[row] = (times[row] as number) + 1;
    let sum = 0;
    let shown = 0;
    rankings.forEach((ranking, label) => {
      const shows = (row: number) => truth[row * classCount + label] === 1;
      const positives = ranking.reduce((total, row) => total + (shows(row) ? (times[row] as number) : 0), 0);
      if (positives === 0) return;
      shown++;
      sum += averagePrecision(ranking, times, shows, positives);
    });
    return shown === 0 ? 0 : sum / shown;
  };
}

function averagePrecision(
  ranking: Int32Array,
  times: Int32Array,
  shows: (row: number) => boolean,
  positives: number,
): number {
  // The best precision at the recalls that begin with each tenth; a maximum from behind does the rest.
  const best = new Float64Array(11);
  let [found, seen] = [0, 0];
  for (const row of ranking) {
    const isPositive = shows(row);
    for (let time = 0; time < (times[row] as number); time++) {
      seen++;
      if (!isPositive) continue;
      found++;
      const tenth = Math.floor((10 * found) / positives);
      best[tenth] = Math.max(best[tenth] as number, found / seen);
    }
  }
  let sum = 0;
  for (let tenth = 10, highest = 0; tenth >= 0; tenth--) {
    highest = Math.max(highest, best[tenth] as number);
    sum += highest;
  }
  return sum / 11;
}
