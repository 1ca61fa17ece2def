/**
 * The mean over the rows of the mean of `log(1 + exp(z)) - y z` over a row's known classes, in nats.
 *
 * @param scores `[count, classCount]`, logits
 * @param truth `[count, classCount]`: 1, 0, or -1 which is left out
 */
export function meanBinaryCrossEntropy(scores: Float32Array, truth: Int32Array, classCount: number): number {
  const count = truth.length / classCount;
  let total = 0;
  for (let row = 0; row < count; row++) {
    let [sum, known] = [0, 0];
    for (let at = row * classCount; at < (row + 1) * classCount; at++) {
      if (truth[at] === -1) continue;
      const score = scores[at] as number;
      known++;
      sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - score * (truth[at] as number);
    }
    total += sum / Math.max(known, 1);
  }
  return total / count;
}
