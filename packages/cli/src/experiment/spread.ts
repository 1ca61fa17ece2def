import quantile from "@stdlib/stats-base-dists-t-quantile";

/** A number over several seeds. */
export interface Spread {
  readonly mean: number;
  /** With n - 1; 0 for one seed. */
  readonly standardDeviation: number;
  /** One value a seed, in their order. */
  readonly values: readonly number[];
}

/** A mean difference and Student's 95 % interval of it. */
export interface Lead {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
}

export function spreadOf(values: readonly number[]): Spread {
  return { mean: average(values), standardDeviation: deviation(values), values };
}

/** How far one setting is ahead of another, from differences in pairs of one seed; undefined for fewer than two. */
export function leadOf(differences: readonly number[]): Lead | undefined {
  const count = differences.length;
  if (count < 2) return undefined;
  const mean = average(differences);
  const half = (quantile(0.975, count - 1) * deviation(differences)) / Math.sqrt(count);
  return { mean, interval: [mean - half, mean + half] };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
