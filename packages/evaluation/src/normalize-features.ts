import { invalidArgument } from "@simclr/core";
import type { Features } from "./features.js";

/**
 * What is done to features before a classifier sees them: nothing; every column to mean 0 and variance 1, by the train
 * rows' statistics; or every row to length 1.
 */
export type FeatureNormalization = "none" | "standardize" | "l2";

/** Both sets' values, normalized alike; a constant column becomes 0, a row of zeros stays one. */
export function normalizeFeatures(
  train: Features,
  test: Features,
  normalization: FeatureNormalization,
): [train: Float32Array, test: Float32Array] {
  assertNormalization(normalization);
  if (normalization === "none") return [train.values, test.values];
  if (normalization === "l2") return [unitLength(train), unitLength(test)];
  const { mean, deviation } = columnStatistics(train);
  const standardize = ({ values, size }: Features) =>
    values.map((value, i) => {
      const spread = deviation[i % size] as number;
      return spread > 0 ? (value - (mean[i % size] as number)) / spread : 0;
    });
  return [standardize(train), standardize(test)];
}

/** Refuses a name that is none of the three. */
export function assertNormalization(normalization: FeatureNormalization): void {
  if (["none", "standardize", "l2"].includes(normalization)) return;
  throw invalidArgument("normalization", normalization, '"none", "standardize" or "l2"');
}

function columnStatistics({ values, count, size }: Features): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  values.forEach((value, i) => {
    mean[i % size] = (mean[i % size] as number) + value / count;
  });
  values.forEach((value, i) => {
    const away = value - (mean[i % size] as number);
    deviation[i % size] = (deviation[i % size] as number) + away ** 2 / count;
  });
  // What is left of a constant column is rounding; dividing by it would blow it up.
  const isNoise = (variance: number, column: number) => Math.sqrt(variance) <= 1e-6 * Math.abs(mean[column] as number);
  return { mean, deviation: deviation.map((v, column) => (isNoise(v, column) ? 0 : Math.sqrt(v))) };
}

function unitLength({ values, count, size }: Features): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < count; row++) {
    const own = values.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...own);
    if (length > 0)
      out.set(
        own.map((value) => value / length),
        row * size,
      );
  }
  return out;
}
