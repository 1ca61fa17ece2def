import type { Experiment } from "./experiment.js";
import type { CellSummary } from "./summary.js";

/**
 * Who wins a comparison, in a sentence: by how much, and whether the noise can explain it.
 *
 * @param title what is compared, where an experiment compares several
 * @param cells the best first, each with the best's lead
 */
export function directionOf(
  title: string,
  [best, ...others]: readonly CellSummary[],
  { metrics: [primary] }: Pick<Experiment, "metrics">,
): string[] {
  const [next] = others;
  if (!best || !next) return [];
  const scale = primary.unit === "percent" ? 100 : 1;
  const shown = (value: number) => (scale * value).toFixed(1).replace(/^-0\.0$/, "0.0");
  const name = ({ row, column }: CellSummary) => [row, column].filter((part) => part && part !== title).join(", ");
  const { mean = 0, standardDeviation = 0 } = best.metrics[primary.name] ?? {};
  const noise =
    best.seeds > 1
      ? ` ± ${shown(standardDeviation)} (standard deviation over ${best.seeds} seeds)`
      : " (one seed: the noise is not known)";
  const first = `${title ? `${title}: b` : "B"}est is ${name(best)}, ${primary.title} ${shown(mean)}${noise}`;
  if (!next.behind) return [`${first}.`];
  const [low, high] = next.behind.interval;
  const ahead = `ahead of the next, ${name(next)}, by ${shown(next.behind.mean)} points (95 % interval ${shown(low)} to ${shown(high)}, paired by seed), ${low > 0 ? "more than the noise" : "within the noise"}`;
  const alike = others.filter(({ behind }) => behind && behind.interval[0] <= 0);
  const rest = alike.length === 0 ? "It is ahead of every other by more than the noise." : `Not told apart from it: ${alike.map(name).join("; ")}.`; // biome-ignore format: one line
  return [others.length === 1 ? `${first}; ${ahead}.` : `${first}; ${ahead}. ${rest}`];
}
