import { randomKey } from "@simclr/core";
import { knn, linearEvaluation } from "@simclr/evaluation";
import { ramp } from "./ramp.js";

export async function numbers(): Promise<number[]> {
  const labels = Int32Array.from({ length: 24 }, (_, i) => i % 3);
  const features = (seed: number) => ({
    values: ramp([24, 6], seed).dataSync() as Float32Array,
    count: 24,
    size: 6,
    labels,
  });
  const [train, test] = [features(1), features(2)];
  const { top1 } = await knn(train, test, { k: 5, classCount: 3 });
  const linear = await linearEvaluation(train, test, { classCount: 3, epochs: 3, key: randomKey(3) });
  return [top1, linear.top1];
}
