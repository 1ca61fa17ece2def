import quantile from "@stdlib/stats-base-dists-t-quantile";
import type { Cell, Experiment } from "./experiment.js";
import type { Trial, TrialResult } from "./trial.js";

/** A metric of a cell over its seeds. */
export interface Spread {
  readonly mean: number;
  /** Of the seeds, with n - 1; 0 for one. */
  readonly standardDeviation: number;
  /** One value a seed, in their order. */
  readonly values: readonly number[];
}

export interface CellSummary {
  readonly row: string;
  readonly column: string;
  readonly seeds: number;
  readonly metrics: Readonly<Record<string, Spread>>;
  /** The best cell's lead over this one in the first metric, in pairs of one seed; absent for the best, and for one seed. */
  readonly behind?: { readonly mean: number; readonly interval: readonly [low: number, high: number] };
}

export interface ExperimentSummary {
  readonly cells: readonly CellSummary[];
  /** Who wins, and by how much against the noise; a sentence. */
  readonly direction: string;
}

/** Averages what is there of an experiment's trials, cell by cell, and says who wins. Cells without a result are left out. */
export function summarize(
  { metrics }: Pick<Experiment, "metrics">,
  finished: readonly { readonly trial: Pick<Trial, "cell" | "seed">; readonly result: Pick<TrialResult, "values"> }[],
): ExperimentSummary {
  const [primary] = metrics;
  const groups = new Map<string, { cell: Cell; values: Map<number, TrialResult["values"]> }>();
  for (const { trial, result } of finished) {
    const place = JSON.stringify([trial.cell.row, trial.cell.column]);
    const group = groups.get(place) ?? { cell: trial.cell, values: new Map() };
    groups.set(place, group);
    group.values.set(trial.seed, result.values);
  }
  const measured = [...groups.values()].map(({ cell, values }) => {
    const bySeed = [...values].sort(([a], [b]) => a - b);
    const spreads = metrics.map(({ name }) => [name, spread(bySeed.map(([, one]) => one[name] as number))] as const);
    return { cell, values, seeds: bySeed.length, metrics: Object.fromEntries(spreads) as Record<string, Spread> };
  });
  const meanOf = (one: (typeof measured)[number]) => (one.metrics[primary.name] as Spread).mean;
  const ranked = [...measured].sort((a, b) => meanOf(b) - meanOf(a));
  const [best] = ranked;
  const cells = measured.map(({ cell, seeds, values, metrics: own }) => {
    const { row, column } = cell;
    const behind = best && best.cell !== cell ? lead(best.values, values, primary.name) : undefined;
    return { row, column, seeds, metrics: own, ...(behind && { behind }) };
  });
  const placeOf = ({ row, column }: { row: string; column: string }) => [row, column].filter(Boolean).join(", ");
  const summaryOf = (one: (typeof measured)[number] | undefined) => one && cells[measured.indexOf(one)];
  const [first, second] = [summaryOf(best), summaryOf(ranked[1])];
  if (!first || !second) return { cells, direction: "Nothing to compare yet." };
  const winner = first.metrics[primary.name] as Spread;
  const scale = primary.unit === "percent" ? 100 : 1;
  const shown = (value: number) => (scale * value).toFixed(1);
  const lines = [
    `Best: ${placeOf(first)}, ${primary.title} ${shown(winner.mean)}${
      first.seeds > 1
        ? ` ± ${shown(winner.standardDeviation)} (standard deviation over ${first.seeds} seeds)`
        : " (one seed: the noise is not known)"
    }.`,
  ];
  if (second.behind) {
    const { mean, interval } = second.behind;
    const within = cells.filter(({ behind }) => behind && behind.interval[0] <= 0);
    lines.push(
      `Ahead of the next, ${placeOf(second)}, by ${shown(mean)} points (95 % interval ${interval.map(shown).join(" to ")}, paired by seed): ${interval[0] > 0 ? "more than the noise" : "within the noise"}.`,
      within.length === 0
        ? "It is ahead of every other by more than the noise."
        : `Not told apart from it: ${within.map(placeOf).join("; ")}.`,
    );
  }
  return { cells, direction: lines.join(" ") };
}

function spread(values: readonly number[]): Spread {
  const mean = average(values);
  return { mean, standardDeviation: deviation(values), values };
}

/** Mean and Student's 95 % interval of the differences between two cells, seed by seed. */
function lead(
  best: ReadonlyMap<number, TrialResult["values"]>,
  other: ReadonlyMap<number, TrialResult["values"]>,
  name: string,
): CellSummary["behind"] {
  const differences = [...best].flatMap(([seed, values]) => {
    const theirs = other.get(seed)?.[name];
    return theirs === undefined ? [] : [(values[name] as number) - theirs];
  });
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
