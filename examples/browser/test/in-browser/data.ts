import { randomKey } from "@simclr/core";
import { arrayDataset, batches, splitDataset } from "@simclr/data/browser";

export async function numbers(): Promise<number[]> {
  const images = Uint8Array.from({ length: 30 * 4 * 4 * 3 }, (_, i) => (i * 31) % 256);
  const [train] = splitDataset(arrayDataset({ images, shape: [30, 4, 4, 3] }), { fraction: 0.8, key: randomKey(1) });
  const seen: number[] = [];
  for await (const batch of batches(train, { batchSize: 8, key: randomKey(2), epochs: 2 })) {
    seen.push(...batch.indices, ...batch.images);
  }
  return seen;
}
