import { invalidArgument } from "@simclr/core";
import { type ClassificationResult, classificationResult } from "./classification-result.js";
import { assertClasses, type Features } from "./features.js";
import { nearestNeighbours } from "./nearest-neighbours.js";
import type { ComparisonOptions } from "./similarities.js";

export interface KnnOptions extends ComparisonOptions {
  readonly classCount: number;
  /** Neighbours that vote. Default 200, as Wu et al. 2018 and lightly. */
  readonly k?: number;
  /** A neighbour of cosine similarity s votes with exp(s / temperature). Default 0.1, as lightly; Wu et al. take 0.07. */
  readonly temperature?: number;
}

/** What {@link knn} returns: plain JSON. */
export type KnnResult = ClassificationResult;

/**
 * Classifies test features by a weighted vote of their nearest train features:
 *
 *     score(class) = sum over the k nearest of that class of exp(similarity / temperature)
 *
 * Nothing is trained and nothing is random; of equal scores the lower class wins.
 *
 * @throws SIMCLR_ERROR__EVALUATION__TOO_FEW_NEIGHBOURS, ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS,
 *   ..._FEATURES_INVALID, ..._FEATURES_NOT_FINITE, ..._FEATURE_SIZE_MISMATCH
 * @see Wu et al. 2018, section 3.4; lightly@e8d317fc `knn_predict`
 * @example
 * ```ts
 * import { knn } from "@simclr/evaluation";
 * const train = { values: Float32Array.of(1, 0, 0, 1), count: 2, size: 2, labels: Int32Array.of(0, 1) };
 * const test = { values: Float32Array.of(3, 1), count: 1, size: 2, labels: Int32Array.of(0) };
 * const { top1 } = await knn(train, test, { k: 2, classCount: 2 }); // 1
 * ```
 */
export async function knn(train: Features, test: Features, options: KnnOptions): Promise<KnnResult> {
  const { classCount } = options;
  const { k, temperature } = knnSettings(options);
  assertClasses(train, test, classCount);
  const { indices, similarities } = await nearestNeighbours(test, train, k, options);
  const scores = new Float64Array(test.count * classCount);
  indices.forEach((row, i) => {
    const query = Math.floor(i / k);
    const at = query * classCount + (train.labels[row] as number);
    // Relative to the nearest: the same order of classes, and no overflow at small temperatures.
    const further = (similarities[i] as number) - (similarities[query * k] as number);
    scores[at] = (scores[at] as number) + Math.exp(further / temperature);
  });
  return classificationResult(scores, test.labels as Int32Array, classCount);
}

/** Fills in the defaults, and refuses what no rows can be measured with. */
export function knnSettings({ k = 200, temperature = 0.1 }: Pick<KnnOptions, "k" | "temperature">) {
  if (!Number.isInteger(k) || k < 1) throw invalidArgument("k", k, "an integer of at least 1");
  if (!(Number.isFinite(temperature) && temperature > 0)) {
    throw invalidArgument("temperature", temperature, "a finite number above 0");
  }
  return { k, temperature };
}
