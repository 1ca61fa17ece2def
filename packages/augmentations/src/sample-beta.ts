import { foldIn, normal, type RandomKey, uniform } from "@simclr/core";

/**
 * A number drawn from the symmetric beta distribution, `x / (x + y)` of two gamma variables. In logarithms, since for small alpha
 * both are below what a number can hold.
 *
 * @param alpha above 0; 1 is the uniform distribution
 * @returns from 0 to 1
 */
export function sampleBeta(key: RandomKey, alpha: number): number {
  const [x, y] = [sampleLogGamma(foldIn(key, 0), alpha), sampleLogGamma(foldIn(key, 1), alpha)];
  return 1 / (1 + Math.exp(y - x));
}

/** @see Marsaglia and Tsang 2000, "A simple method for generating gamma variables", with their boost for shapes below 1 */
function sampleLogGamma(key: RandomKey, shape: number): number {
  if (shape < 1) {
    const [u] = uniform(foldIn(key, "boost"), 1) as unknown as [number];
    return sampleLogGamma(key, shape + 1) + Math.log1p(-u) / shape;
  }
  const d = shape - 1 / 3;
  for (let attempt = 0; ; attempt++) {
    const attemptKey = foldIn(key, attempt);
    const [z] = normal(attemptKey, 1) as unknown as [number];
    const [u] = uniform(attemptKey, 1) as unknown as [number];
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log1p(-u) < z ** 2 / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
