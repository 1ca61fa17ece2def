/** Where a search looks, and how long each of its trainings is. */
export interface FineTuneGrid {
  readonly learningRates: readonly number[];
  /** Before they are divided by the learning rate. */
  readonly weightDecays: readonly number[];
  readonly steps: number;
}

/**
 * The paper's grid: 7 learning rates from 1e-4 to 0.1, 7 weight decays from 1e-6 to 1e-3 and none, all spaced
 * logarithmically, 20,000 steps each.
 *
 * @see Chen et al. 2020, appendix B.8.2
 * @example
 * ```ts
 * import { fineTuneGrid } from "@simclr/evaluation";
 * const { learningRates, weightDecays } = fineTuneGrid(); // 7 and 8
 * ```
 */
export function fineTuneGrid(): FineTuneGrid {
  return { learningRates: logSpaced(-4, -1, 7), weightDecays: [0, ...logSpaced(-6, -3, 7)], steps: 20_000 };
}

/**
 * The paper's grid for the same network from random numbers: 7 learning rates from 1e-3 to 1, 8 weight decays from 1e-5 to
 * 10^-1.5, 40,000 steps each.
 *
 * @see Chen et al. 2020, appendix B.8.3
 * @example
 * ```ts
 * import { randomInitializationGrid } from "@simclr/evaluation";
 * const { steps } = randomInitializationGrid(); // 40000
 * ```
 */
export function randomInitializationGrid(): FineTuneGrid {
  return { learningRates: logSpaced(-3, 0, 7), weightDecays: logSpaced(-5, -1.5, 8), steps: 40_000 };
}

function logSpaced(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => 10 ** (from + ((to - from) * i) / (count - 1)));
}
