import { foldIn, invalidArgument, type RandomKey, randomIntegers } from "@simclr/core";

export interface BootstrapOptions {
  /** Chooses the resamples. */
  readonly key: RandomKey;
  /** Default 1000. */
  readonly resamples?: number;
  /** The share of the resamples that lies within. Default 0.95. */
  readonly level?: number;
}

/**
 * A percentile bootstrap interval over test images: the statistic is taken again of as many rows drawn with replacement,
 * and of its values the middle 95 % is kept. It is widened, where need be, to hold the statistic of the rows themselves.
 *
 * @param count rows, at least 1
 * @param statistic of some rows, each from 0 to count - 1, some of them more than once
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Efron 1979; percentiles as numpy's default, linear between order statistics
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { bootstrapInterval } from "@simclr/evaluation";
 * const right = Array.from({ length: 100 }, (_, i) => (i < 80 ? 1 : 0));
 * const accuracy = (rows: Int32Array) => rows.reduce((sum, row) => sum + (right[row] ?? 0), 0) / rows.length;
 * const [low, high] = bootstrapInterval(100, accuracy, { key: randomKey(0) }); // about 0.72, 0.88
 * ```
 */
export function bootstrapInterval(
  count: number,
  statistic: (rows: Int32Array) => number,
  { key, resamples = 1000, level = 0.95 }: BootstrapOptions,
): [low: number, high: number] {
  assertCount("count", count);
  assertCount("resamples", resamples);
  if (!(level > 0 && level < 1)) throw invalidArgument("level", level, "a number above 0 and below 1");
  const estimate = statistic(Int32Array.from({ length: count }, (_, row) => row));
  const values = Float64Array.from({ length: resamples }, (_, i) =>
    statistic(randomIntegers(foldIn(key, i), count, 0, count)),
  ).sort();
  const [low, high] = [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
  return [Math.min(low, estimate), Math.max(high, estimate)];
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return below + (at - Math.floor(at)) * (above - below);
}

/** Refuses what is no number of things, at least one. */
export function assertCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw invalidArgument(name, value, "an integer of at least 1");
}
