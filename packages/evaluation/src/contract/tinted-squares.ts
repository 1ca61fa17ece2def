import { normal, randomKey } from "@simclr/core";
import { arrayDataset, type Dataset } from "@simclr/data";

/** Small images of as many tints as there are classes, with noise: easy, but not without errors. */
export function tintedSquares(seed: number, labels: readonly number[], side: number, classCount: number): Dataset {
  const noise = normal(randomKey(seed), labels.length * side * side * 3, 0, 150);
  const images = Uint8Array.from(noise, (value, i) => {
    const label = labels[Math.floor(i / (side * side * 3))] as number;
    const tint = 128 + 60 * Math.cos(2 * Math.PI * (label / classCount + (i % 3) / 3));
    return Math.max(0, Math.min(255, tint + value));
  });
  const classNames = Array.from({ length: classCount }, (_, label) => `tint${label}`);
  return arrayDataset({ images, shape: [labels.length, side, side, 3], labels, classNames });
}
