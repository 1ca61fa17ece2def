/** The mean over rows of `-log softmax(logits)[label]`, in nats. */
export function meanCrossEntropy(logits: Float32Array, labels: Int32Array, classCount: number): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * classCount, (row + 1) * classCount);
    const highest = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const partition = own.reduce((total, x) => total + Math.exp(x - highest), 0);
    sum += highest + Math.log(partition) - (own[label] as number);
  });
  return sum / labels.length;
}
