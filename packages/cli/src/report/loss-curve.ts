import type { MetricsLine } from "@simclr/training";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

const findsView = "finds the other view of an image in its batch";
const knn = "kNN with the encoder";

/**
 * A run's loss and accuracies over its steps, as SVG.
 *
 * @param lines of the run's `metrics.jsonl`
 */
export async function lossCurve(lines: readonly MetricsLine[]): Promise<string> {
  const width = 560;
  const loss = lines.flatMap(({ kind, step, loss }) => (kind === "train" ? [{ step, loss }] : []));
  const accuracy = lines.flatMap(({ kind, step, contrastiveAccuracy, top1 }) => {
    if (kind === "train") return [{ step, percent: 100 * Number(contrastiveAccuracy), what: findsView }];
    return [{ step, percent: 100 * Number(top1), what: knn }];
  });
  const shown = [findsView, knn].filter((name) => accuracy.some(({ what }) => what === name));
  const x = { field: "step", type: "quantitative", title: "step", axis: { tickCount: 6 } } as const;
  const spec: TopLevelSpec = {
    background: "white",
    padding: 16,
    config: {
      font: "Helvetica, Arial, DejaVu Sans, sans-serif",
      view: { stroke: null },
      axis: {
        gridColor: "#e8e8ec",
        domainColor: "#9a9aa5",
        tickColor: "#9a9aa5",
        labelColor: "#44444c",
        titleColor: "#44444c",
        titleFontWeight: "normal",
      },
      title: { anchor: "start", frame: "group", fontWeight: 600, color: "#22222a" },
      legend: { title: null, orient: "bottom", symbolType: "stroke", labelLimit: 0, labelColor: "#44444c" },
      line: { strokeWidth: 2 },
    },
    vconcat: [
      {
        width,
        height: 180,
        title: "Contrastive loss",
        data: { values: loss },
        mark: { type: "line", color: "#2f6fde" },
        encoding: {
          x: { ...x, title: null },
          y: { field: "loss", type: "quantitative", title: null, scale: { zero: false } },
        },
      },
      {
        width,
        height: 130,
        title: "Accuracy, %",
        data: { values: accuracy },
        // The few probes are points too: one alone would make no line.
        layer: [
          { transform: [{ filter: { field: "what", equal: findsView } }], mark: "line" },
          { transform: [{ filter: { field: "what", equal: knn } }], mark: { type: "line", point: true } },
        ],
        encoding: {
          x,
          y: { field: "percent", type: "quantitative", title: null, scale: { domain: [0, 100] } },
          color: {
            field: "what",
            type: "nominal",
            scale: { domain: shown, range: ["#2f6fde", "#e07b00"] },
          },
        },
      },
    ],
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
