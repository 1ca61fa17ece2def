import { directionOf } from "./direction.js";
import type { Experiment } from "./experiment.js";
import { type Lead, leadOf, type Spread, spreadOf } from "./spread.js";
import type { Trial, TrialResult } from "./trial.js";

export interface CellSummary {
  readonly row: string;
  readonly column: string;
  readonly seeds: number;
  /** Those of the experiment's metrics that this cell has. */
  readonly metrics: Readonly<Record<string, Spread>>;
  /** The lead over this one of the best that it is compared with, in the first metric; absent for the best, and for one seed. */
  readonly behind?: Lead;
}

export interface ExperimentSummary {
  readonly cells: readonly CellSummary[];
  /** Who wins, and by how much against the noise: sentences, one for each comparison. */
  readonly direction: readonly string[];
}

interface Measured extends CellSummary {
  readonly bySeed: ReadonlyMap<number, number>;
}

/** Averages what is there of an experiment's trials, cell by cell, and says who wins. Cells without a result are left out. */
export function summarize(
  experiment: Pick<Experiment, "metrics" | "compared">,
  finished: readonly { readonly trial: Pick<Trial, "cell" | "seed">; readonly result: Pick<TrialResult, "values"> }[],
): ExperimentSummary {
  const { metrics, compared } = experiment;
  const [{ name: primary }] = metrics;
  const places = groupedBy(finished, ({ trial: { cell } }) => JSON.stringify([cell.row, cell.column]));
  const measured = [...places.values()].map((own): Measured => {
    const inOrder = [...own].sort((a, b) => a.trial.seed - b.trial.seed);
    const { row, column } = (inOrder[0] as (typeof inOrder)[number]).trial.cell;
    const spreads = metrics.flatMap(({ name }) => {
      const values = inOrder.flatMap(({ result }) => result.values[name] ?? []);
      return values.length > 0 ? [[name, spreadOf(values)] as const] : [];
    });
    const bySeed = new Map(inOrder.map(({ trial, result }) => [trial.seed, result.values[primary] as number]));
    return { row, column, seeds: own.length, metrics: Object.fromEntries(spreads), bySeed };
  });
  const groups = groupedBy(measured, ({ row, column }) => ({ all: "", "in a row": row, "in a column": column })[compared]); // biome-ignore format: one line
  const ranked = [...groups].map(([title, group]) => ({ title, cells: rank(group, primary) }));
  const summaries = new Map(ranked.flatMap(({ cells }) => cells.map((cell) => [cell.from, cell.summary] as const)));
  return {
    cells: measured.map((cell) => summaries.get(cell) as CellSummary),
    direction: ranked.flatMap(
      ({ title, cells }) =>
      directionOf(title, cells.map(({ summary }) => summary), experiment), // biome-ignore format: one line
    ),
  };
}

/** The best first, the others with its lead over them. */
function rank(group: readonly Measured[], primary: string) {
  const ranked = [...group].sort((a, b) => (b.metrics[primary]?.mean ?? 0) - (a.metrics[primary]?.mean ?? 0));
  const [best] = ranked;
  return ranked.map((from) => {
    const { bySeed, ...cell } = from;
    const differences = [...(best?.bySeed ?? [])].flatMap(([seed, value]) => {
      const own = bySeed.get(seed);
      return own === undefined ? [] : [value - own];
    });
    const behind = from === best ? undefined : leadOf(differences);
    return { from, summary: { ...cell, ...(behind && { behind }) } satisfies CellSummary };
  });
}

/** As `Map.groupBy`, which Node 20 does not have. */
function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
