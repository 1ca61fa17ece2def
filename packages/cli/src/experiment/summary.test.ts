import { expect, test } from "vitest";
import { type Cell, linearAccuracy } from "./experiment.js";
import { experimentCsv, experimentMarkdown } from "./experiment-table.js";
import { summarize } from "./summary.js";

const metrics = [linearAccuracy] as const;
const cell = (row: string, column: string): Cell => ({ row, column, changes: {}, measure: { kind: "linear" } });

function finished(values: Record<string, readonly number[]>) {
  return Object.entries(values).flatMap(([place, own]) => {
    const [row, column] = place.split("/") as [string, string];
    const its = cell(row, column);
    return own.map((top1, seed) => ({ trial: { cell: its, seed }, result: { values: { top1 } } }));
  });
}

const three = finished({ "a/x": [0.4, 0.42, 0.44], "a/y": [0.39, 0.4, 0.41], "b/x": [0.2, 0.2, 0.23], "b/y": [0.41, 0.41, 0.46] }); // biome-ignore format: one table

test("means, deviations and paired intervals are those worked out by hand", () => {
  const { cells, direction } = summarize({ metrics, compared: "all" }, three);
  const at = (row: string, column: string) => cells.find((one) => one.row === row && one.column === column);
  expect(at("a", "x")?.metrics.top1?.mean).toBeCloseTo(0.42, 12);
  expect(at("a", "x")?.metrics.top1?.standardDeviation).toBeCloseTo(0.02, 12);
  const best = at("b", "y");
  expect(best?.metrics.top1?.mean).toBeCloseTo(0.426666666666, 10);
  expect(best?.behind).toBeUndefined();
  // Differences 0.02, 0.01, 0.05: mean 0.0266667, deviation 0.0208167; t(0.975, 2) = 4.302653 (SciPy 1.14, stats.t.ppf)
  const { mean, interval } = at("a", "y")?.behind ?? { mean: 0, interval: [0, 0] };
  expect(mean).toBeCloseTo(0.0266666667, 9);
  expect(interval[0]).toBeCloseTo(0.0266666667 - (4.3026527297 * 0.0208166599) / Math.sqrt(3), 8);
  expect(interval[1]).toBeCloseTo(0.0266666667 + (4.3026527297 * 0.0208166599) / Math.sqrt(3), 8);
  expect(direction).toEqual([
    "Best is b, y, linear top-1 42.7 ± 2.9 (standard deviation over 3 seeds); ahead of the next, a, x, by 0.7 points (95 % interval -3.1 to 4.5, paired by seed), within the noise. Not told apart from it: a, x; a, y.",
  ]);
});

test("a lead beyond the noise is told as one", () => {
  const { direction } = summarize(
    { metrics, compared: "all" },
    finished({ "a/": [0.5, 0.6, 0.7], "b/": [0.4, 0.501, 0.599] }),
  );
  expect(direction).toEqual([
    "Best is a, linear top-1 60.0 ± 10.0 (standard deviation over 3 seeds); ahead of the next, b, by 10.0 points (95 % interval 9.8 to 10.2, paired by seed), more than the noise.",
  ]);
});

test("rows, or columns, are compared within themselves", () => {
  const rows = summarize({ metrics, compared: "in a row" }, three);
  expect(rows.direction.map((line) => line.slice(0, 22))).toEqual(["a: best is x, linear t", "b: best is y, linear t"]);
  const behind = (summary: typeof rows) =>
    summary.cells.filter((one) => one.behind).map(({ row, column }) => row + column);
  expect(behind(rows)).toEqual(["ay", "bx"]);
  expect(behind(summarize({ metrics, compared: "in a column" }, three))).toEqual(["ay", "bx"]);
  expect(behind(summarize({ metrics, compared: "all" }, three))).toEqual(["ax", "ay", "bx"]);
});

test("a metric that a cell does not have is left out of it", () => {
  const chance = { name: "chance", title: "chance", unit: "percent" } as const;
  const { cells } = summarize({ metrics: [linearAccuracy, chance], compared: "all" }, three);
  expect(cells.every((one) => one.metrics.chance === undefined)).toBe(true);
});

test("one seed tells no noise, and what is not measured is left out", () => {
  const { direction, cells } = summarize({ metrics, compared: "all" }, finished({ "a/x": [0.5], "b/x": [0.25] }));
  expect(direction).toEqual(["Best is a, x, linear top-1 50.0 (one seed: the noise is not known)."]);
  expect(cells).toHaveLength(2);
  expect(summarize({ metrics, compared: "all" }, []).direction).toEqual([]);
});

test("tables hold the same numbers", () => {
  const summary = summarize({ metrics, compared: "all" }, three);
  const layout = {
    title: "T",
    source: "S",
    published: "P",
    axes: { row: "first", column: "second" },
    metrics,
  } as const;
  const markdown = experimentMarkdown(layout, summary, "`command`.");
  expect(markdown).toContain("| first \\ second | x | y |");
  expect(markdown).toContain("| a | 42.0 ± 2.0 | 40.0 ± 1.0 |");
  expect(markdown).toContain("| b | 21.0 ± 1.7 | 42.7 ± 2.9 |");
  const lines = experimentCsv(layout, summary.cells).trimEnd().split("\n");
  expect(lines[0]).toBe("first,second,seed,top1");
  expect(lines.slice(1)).toContain("b,y,2,0.46");
  expect(lines).toHaveLength(13);
});
