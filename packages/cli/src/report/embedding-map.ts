import { foldIn, type RandomKey, uniform } from "@simclr/core";
import { type Features, nearestNeighbours } from "@simclr/evaluation";
import { UMAP } from "umap-js";
import type { EmbeddingMap } from "./run-pictures.js";

export interface EmbeddingMapOptions {
  /** The same key and features give the same map. */
  readonly key: RandomKey;
  /** Neighbours whose distances are kept. Default 15, UMAP's own. */
  readonly neighbours?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export type PlacedPoints = Pick<EmbeddingMap, "points" | "aspect">;

/** Fewer images have no neighbourhoods to speak of. */
export const smallestMap = 16;

/**
 * Features laid out in the plane by UMAP on cosine distances, 1 - similarity, of exact nearest neighbours.
 *
 * @returns the points with x and y both from 0 to 1, and how much wider than tall the map is: it lies on its longer
 *   side, UMAP's directions have no meaning
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS when there are fewer rows than {@link smallestMap}
 * @see McInnes et al. 2018, arXiv:1802.03426
 */
export async function embeddingMap(features: Features, options: EmbeddingMapOptions): Promise<PlacedPoints> {
  const { key, neighbours = 15, onProgress } = options;
  const { values, count, size } = features;
  const { indices, similarities, k } = await nearestNeighbours(features, features, neighbours);
  const rows = <T>(of: (at: number) => T) =>
    Array.from({ length: count }, (_, row) => Array.from({ length: k }, (_, i) => of(row * k + i)));
  const umap = new UMAP({ nNeighbors: k, random: randomNumbers(foldIn(key, "map")) });
  umap.setPrecomputedKNN(
    rows((at) => indices[at] as number),
    rows((at) => Math.max(0, 1 - (similarities[at] as number))),
  );
  const epochs = umap.initializeFit(
    Array.from({ length: count }, (_, row) => Array.from(values.subarray(row * size, (row + 1) * size))),
  );
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    if (epoch % 20 !== 0 && epoch !== epochs) continue;
    onProgress?.(epoch, epochs);
    // Ctrl-C is heard between two steps.
    await new Promise(setImmediate);
  }
  return fitted(umap.getEmbedding() as [number, number][]);
}

/** A stream of numbers in [0, 1) from a key, as `Math.random` is one from none. */
function randomNumbers(key: RandomKey): () => number {
  const length = 4096;
  let [block, at] = [0, length];
  let drawn: ArrayLike<number> = [];
  return () => {
    if (at === length) [block, at, drawn] = [block + 1, 0, uniform(foldIn(key, block), length)];
    return drawn[at++] as number;
  };
}

/** A map that is more than so many times as wide as tall is stretched: it has to be looked at. */
const widest = 2;

function fitted(points: readonly (readonly [number, number])[]): PlacedPoints {
  const ranges = ([0, 1] as const).map((axis) => {
    const all = points.map((point) => point[axis]);
    const low = Math.min(...all);
    return { axis, low, extent: Math.max(...all) - low || 1 };
  });
  const [x, y] = ranges.sort((a, b) => b.extent - a.extent) as [(typeof ranges)[0], (typeof ranges)[0]];
  // Four digits are a fifth of a pixel; rounding keeps the page small.
  const rounded = (value: number) => Math.round(1e4 * value) / 1e4;
  return {
    points: points.map((point) => [
      rounded((point[x.axis] - x.low) / x.extent),
      rounded((point[y.axis] - y.low) / y.extent),
    ]),
    aspect: rounded(Math.min(widest, x.extent / y.extent)),
  };
}
