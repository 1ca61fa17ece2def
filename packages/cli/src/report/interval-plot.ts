import type { AccuracyTable } from "./accuracy-table.js";
import { plot, plotColors, seriesColor } from "./plot.js";

const shapes = { trained: "circle", untrained: "triangle-up", pixels: "cross" } as const;
const encoderNames = { trained: "trained", untrained: "untrained", pixels: "raw pixels" } as const;

/** A table's accuracies as points with their intervals as lines, all encoders of a protocol on one line. */
export async function intervalPlot(table: AccuracyTable): Promise<string> {
  const runs = [...new Set(table.rows.map(({ run }) => run))];
  const values = table.columns.flatMap((column, i) =>
    table.rows.flatMap(({ run, encoder, cells }) => {
      const cell = cells[i];
      if (!cell) return [];
      const [low, high] = (cell.interval ?? [cell.value, cell.value]).map((share) => 100 * share);
      return [{ protocol: column.title, run, encoder: encoderNames[encoder], value: 100 * cell.value, low, high }];
    }),
  );
  const shown = (Object.keys(shapes) as (keyof typeof shapes)[]).filter((encoder) =>
    table.rows.some((row) => row.encoder === encoder),
  );
  const scale = { domain: [0, 100] };
  const x = { type: "quantitative", title: null, scale, axis: { grid: true, domain: false, tickCount: 10 } } as const;
  return plot({
    data: { values },
    width: 560,
    height: { step: 30 },
    encoding: {
      y: {
        field: "protocol",
        type: "nominal",
        sort: table.columns.map(({ title }) => title),
        title: null,
        axis: { grid: true, labelLimit: 260, labelColor: plotColors.ink },
      },
      color: {
        field: "run",
        type: "nominal",
        scale: { domain: runs, range: runs.map((_, i) => seriesColor(i)) },
        legend: runs.length > 1 ? { symbolType: "circle", symbolOpacity: 1, symbolStrokeWidth: 0 } : null,
      },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 5, opacity: 0.3, strokeCap: "round" },
        encoding: { x: { field: "low", ...x }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, size: 60 },
        encoding: {
          x: { field: "value", ...x },
          shape: {
            field: "encoder",
            type: "nominal",
            scale: {
              domain: shown.map((encoder) => encoderNames[encoder]),
              range: shown.map((encoder) => shapes[encoder]),
            },
            legend: { symbolFillColor: plotColors.muted, symbolStrokeWidth: 0 },
          },
        },
      },
    ],
  });
}
