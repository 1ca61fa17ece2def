import { csvTable, markdownTable } from "../report/text-table.js";
import type { Experiment, Metric } from "./experiment.js";
import type { CellSummary, ExperimentSummary } from "./summary.js";

type Layout = Pick<Experiment, "title" | "source" | "published" | "axes" | "metrics">;

/** The table as the paper lays it out, means and standard deviations, in Markdown, with what the paper found and who wins. */
export function experimentMarkdown(layout: Layout, { cells, direction }: ExperimentSummary, about: string): string {
  const { title, source, published, axes, metrics } = layout;
  const columns = [...new Set(cells.map(({ column }) => column))];
  const rows = [...new Set(cells.map(({ row }) => row))];
  const cellAt = (row: string, column: string) => cells.find((cell) => cell.row === row && cell.column === column);
  const shown = (cell: CellSummary | undefined, metric: Metric) => (cell ? meanAndDeviation(cell, metric) : "");
  const grid = (metric: Metric) => {
    const head = [`${axes.row} \\ ${axes.column}`.replace(/ \\ $/, ""), ...columns];
    return markdownTable(head, rows.map((row) => [row, ...columns.map((column) => shown(cellAt(row, column), metric))])); // biome-ignore format: one line
  };
  const list = () => {
    const head = [axes.row, ...metrics.map(headOf)];
    return markdownTable(head, cells.map((cell) => [cell.row, ...metrics.map((metric) => shown(cell, metric))])); // biome-ignore format: one line
  };
  const tables = columns.length === 1 ? [list()] : metrics.map((metric) => `${headOf(metric)}:\n\n${grid(metric)}`);
  return [
    `# ${title}`,
    `${source}. ${about}`,
    ...tables,
    direction.map((line) => `- ${line}`).join("\n"),
    `In the paper: ${published}`,
  ]
    .join("\n\n")
    .concat("\n");
}

/** One line a cell and seed: what the means are of. */
export function experimentCsv(
  { axes, metrics }: Pick<Experiment, "axes" | "metrics">,
  cells: readonly CellSummary[],
): string {
  const head = [axes.row, axes.column || "column", "seed", ...metrics.map(({ name }) => name)];
  const body = cells.flatMap((cell) =>
    Array.from({ length: cell.seeds }, (_, i) => [
      cell.row,
      cell.column,
      `${i}`,
      ...metrics.map(({ name }) => `${cell.metrics[name]?.values[i]}`),
    ]),
  );
  return csvTable(head, body);
}

/** `41.2 ± 0.6`, in percent where the metric is a share. */
export function meanAndDeviation(cell: CellSummary, { name, unit }: Metric): string {
  const spread = cell.metrics[name];
  if (!spread) return "";
  const scale = unit === "percent" ? 100 : 1;
  const digits = unit === "percent" ? 1 : 2;
  const mean = (scale * spread.mean).toFixed(digits);
  return cell.seeds > 1 ? `${mean} ± ${(scale * spread.standardDeviation).toFixed(digits)}` : mean;
}

function headOf({ title, unit }: Metric): string {
  return `${title}, ${unit === "percent" ? "%" : unit}`;
}
