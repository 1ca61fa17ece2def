import sharp from "sharp";
import { plot, plotColors, seriesColor } from "../report/plot.js";
import type { Experiment } from "./experiment.js";
import { meanAndDeviation } from "./experiment-table.js";
import type { CellSummary } from "./summary.js";

/** The first metric as a figure: a matrix in colours, or bars with a point for each seed. SVG. */
export function experimentFigure(experiment: Experiment, cells: readonly CellSummary[]): Promise<string> {
  return experiment.figure === "matrix" ? matrix(experiment, cells) : bars(experiment, cells);
}

/** The figure for where SVG cannot be shown, at twice its size. */
export function asPng(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg), { density: 144 }).flatten({ background: "white" }).png().toBuffer();
}

function matrix({ title, axes, metrics: [primary] }: Experiment, cells: readonly CellSummary[]): Promise<string> {
  const values = cells.map((cell) => ({ ...placeOf(cell, primary), label: meanAndDeviation(cell, primary) }));
  const middle = (Math.min(...values.map(({ mean }) => mean)) + Math.max(...values.map(({ mean }) => mean))) / 2;
  const axis = { grid: false, domain: false, labelAngle: 0, labelColor: plotColors.ink } as const;
  return plot({
    title,
    data: { values },
    width: { step: 92 },
    height: { step: 44 },
    encoding: {
      x: { field: "column", type: "nominal", sort: inOrder(values, "column"), title: axes.column, axis },
      y: { field: "row", type: "nominal", sort: inOrder(values, "row"), title: axes.row, axis },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 3, stroke: plotColors.ground, strokeWidth: 2 },
        encoding: {
          color: {
            field: "mean",
            type: "quantitative",
            scale: { scheme: "blues", zero: false },
            legend: { orient: "right", title: titleOf(primary), titleFontWeight: "normal", gradientLength: 120 },
          },
        },
      },
      {
        mark: { type: "text", fontSize: 12 },
        encoding: {
          text: { field: "label" },
          color: { condition: { test: `datum.mean > ${middle}`, value: "white" }, value: plotColors.ink },
        },
      },
    ],
  });
}

function bars({ title, axes, metrics: [primary] }: Experiment, cells: readonly CellSummary[]): Promise<string> {
  const values = cells.map((cell) => placeOf(cell, primary));
  const columns = inOrder(values, "column");
  const rows = inOrder(values, "row");
  const seeds = values.flatMap(({ row, column, values: own }) => own.map((value) => ({ row, column, value })));
  const y = { type: "quantitative", title: titleOf(primary), axis: { grid: true, domain: false } } as const;
  const place = {
    x: {
      field: "row",
      type: "nominal",
      sort: rows,
      title: axes.row,
      axis: { labelAngle: 0, labelLimit: 0, labelColor: plotColors.ink, labelOverlap: false },
    },
    xOffset: { field: "column", type: "nominal", sort: columns },
  } as const;
  // A row has room for its bars and for its name, and all of them for the title.
  const longest = Math.max(...rows.map((row) => row.length));
  const step = Math.max(34 * columns.length, 7 * longest + 16, (8 * title.length) / rows.length);
  return plot({
    title,
    width: { step, for: "position" },
    height: 240,
    layer: [
      {
        data: { values },
        mark: { type: "bar", opacity: 0.75, cornerRadiusEnd: 2 },
        encoding: {
          ...place,
          y: { field: "mean", ...y },
          color: {
            field: "column",
            type: "nominal",
            sort: columns,
            scale: { domain: columns, range: columns.map((_, i) => seriesColor(i)) },
            legend: columns.length > 1 ? legend(axes.column) : null,
          },
        },
      },
      {
        data: { values },
        mark: { type: "rule", color: plotColors.ink, strokeWidth: 1.5 },
        encoding: { ...place, y: { field: "low", ...y }, y2: { field: "high" } },
      },
      {
        data: { values: seeds },
        mark: { type: "point", filled: true, color: plotColors.ink, size: 18, opacity: 0.7 },
        encoding: { ...place, y: { field: "value", ...y } },
      },
    ],
  });
}

function legend(title: string) {
  const style = { titleColor: plotColors.muted, titleFontWeight: "normal", symbolStrokeWidth: 0 } as const;
  return { title: title || null, symbolType: "square", ...style } as const;
}

type Primary = Experiment["metrics"][0];

function placeOf({ row, column, metrics }: CellSummary, { name, unit }: Primary) {
  const scale = unit === "percent" ? 100 : 1;
  const { mean, standardDeviation, values } = metrics[name] as CellSummary["metrics"][string];
  return {
    row,
    column,
    mean: scale * mean,
    low: scale * (mean - standardDeviation),
    high: scale * (mean + standardDeviation),
    values: values.map((value) => scale * value),
  };
}

function inOrder<Key extends "row" | "column">(values: readonly Record<Key, string>[], key: Key): string[] {
  return [...new Set(values.map((value) => value[key]))];
}

function titleOf({ title, unit }: Primary): string {
  return `${title}, ${unit === "percent" ? "%" : unit}`;
}
