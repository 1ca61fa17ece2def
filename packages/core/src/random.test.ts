import { describe, expect, it } from "vitest";
import { bernoulli, normal, permutation, randomIntegers, truncatedNormal, uniform } from "./random.js";
import { foldIn, randomKey } from "./random-key.js";

const key = randomKey(2024);
const count = 200_000;

/** Mean, variance, and the standardized third and fourth moments. */
function moments(values: ArrayLike<number>): [mean: number, variance: number, skewness: number, kurtosis: number] {
  const mean = Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
  const central = (power: number) => Array.from(values).reduce((s, v) => s + (v - mean) ** power, 0) / values.length;
  const variance = central(2);
  return [mean, variance, central(3) / variance ** 1.5, central(4) / variance ** 2];
}

function expectMoments(values: ArrayLike<number>, expected: number[], tolerance: number): void {
  moments(values).forEach((moment, i) => {
    expect(Math.abs(moment - (expected[i] as number))).toBeLessThan(tolerance);
  });
}

describe("distributions", () => {
  it("uniform: moments, range, and no correlation of neighbours", () => {
    const draws = uniform(key, count);
    expectMoments(draws, [1 / 2, 1 / 12, 0, 9 / 5], 0.01);
    expect(Math.min(...draws.slice(0, 1e4))).toBeGreaterThanOrEqual(0);
    expect(draws.every((u) => u < 1)).toBe(true);
    const products = draws.slice(1).map((u, i) => (u - 0.5) * ((draws[i] as number) - 0.5));
    expect(Math.abs(moments(products)[0])).toBeLessThan(1e-3);
    expectMoments(uniform(key, count, -2, 4), [1, 3, 0, 9 / 5], 0.03);
  });

  it("normal: moments, and the pairs of one transform are not correlated", () => {
    expectMoments(normal(key, count), [0, 1, 0, 3], 0.04);
    expectMoments(normal(key, count, 5, 0.5), [5, 0.25, 0, 3], 0.04);
    const draws = normal(key, count);
    const products = Array.from(
      { length: count / 2 },
      (_, i) => (draws[2 * i] as number) * (draws[2 * i + 1] as number),
    );
    expect(Math.abs(moments(products)[0])).toBeLessThan(0.01);
  });

  it("truncated normal: nothing beyond two deviations, and the variance that is left", () => {
    const draws = truncatedNormal(key, count, 1, 2);
    expect(draws.every((z) => Math.abs(z - 1) <= 4)).toBe(true);
    // 1 - 4 phi(2) / (2 Phi(2) - 1), times 2^2.
    expectMoments(draws.slice(), [1, 4 * 0.7737413, 0, 2.3654], 0.04);
  });

  it("bernoulli and integers: every value as often as it should be", () => {
    expect(moments(bernoulli(key, count, 0.3))[0]).toBeCloseTo(0.3, 2);
    expect([...bernoulli(key, 100, 0)]).toEqual(new Array(100).fill(0));
    expect([...bernoulli(key, 100, 1)]).toEqual(new Array(100).fill(1));
    const frequency = new Map<number, number>();
    for (const n of randomIntegers(key, count, -1, 3)) frequency.set(n, (frequency.get(n) ?? 0) + 1);
    expect([...frequency.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    for (const times of frequency.values()) expect(times / count).toBeCloseTo(0.25, 2);
  });

  it("permutation: all 24 orders of 4 are equally likely", () => {
    const trials = 12_000;
    const frequency = new Map<string, number>();
    for (let i = 0; i < trials; i++) {
      const order = permutation(foldIn(key, i), 4).join();
      frequency.set(order, (frequency.get(order) ?? 0) + 1);
    }
    expect(frequency.size).toBe(24);
    const chiSquared = [...frequency.values()].reduce((sum, n) => sum + (n - trials / 24) ** 2 / (trials / 24), 0);
    expect(chiSquared).toBeLessThan(49.7); // the 99.9% point at 23 degrees of freedom
    expect([...permutation(key, 1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it("the first numbers do not depend on how many are drawn", () => {
    for (const draw of [uniform, normal]) expect([...draw(key, 9).slice(0, 7)]).toEqual([...draw(key, 7)]);
  });
});
