import type { TopLevelSpec } from "vega-lite";
import { plot, seriesColor } from "./plot.js";
import type { ReportedRun } from "./reported-run.js";

type Curved = Pick<ReportedRun, "name" | "lines" | "stepsPerEpoch">;

/** What is drawn over the epochs of training. */
export interface TrainingCurve {
  readonly title: string;
  /** What it tells, for whoever does not know. */
  readonly note: string;
  readonly svg: string;
}

interface Measure {
  readonly title: string;
  readonly note: string;
  readonly kind: string;
  readonly field: string;
  readonly factor?: number;
  readonly from?: "zero" | "data";
  readonly to?: number;
  /** Few values, hours apart: points, or one alone would make no line. */
  readonly points?: boolean;
}

const measures: readonly Measure[] = [
  { title: "Loss of the objective", note: "lower is better; depends on batch and temperature", kind: "train", field: "loss", from: "data" },
  { title: "Finds the other view of an image, %", note: "of all images in the batch", kind: "train", field: "contrastiveAccuracy", factor: 100, to: 100 },
  { title: "How far projections spread", note: "deviation of their features; near 0 all images are one", kind: "train", field: "projectionDeviation" },
  { title: "kNN with the encoder while it trains, %", note: "top-1 on a part of the images", kind: "probe/knn", field: "top1", factor: 100, to: 100, points: true },
  { title: "Linear probe beside the encoder, %", note: "top-1 on held-out images", kind: "probe/linearProbe", field: "top1", factor: 100, to: 100, points: true },
  { title: "Throughput, images a second", note: "each seen in two views", kind: "train", field: "imagesPerSecond" },
]; // biome-ignore format: a table

/** Loss, accuracies and speed of runs over their epochs, a curve each where it was measured. */
export async function trainingCurves(runs: readonly Curved[]): Promise<TrainingCurve[]> {
  const drawn = await Promise.all(
    measures.map(async (measure) => {
      const values = valuesOf(runs, measure);
      if (values.length === 0) return [];
      const svg = await plot({ ...curve(runs, measure, { width: 400, height: 200 }), background: "white" });
      return [{ title: measure.title, note: measure.note, svg }];
    }),
  );
  return drawn.flat();
}

/** A run's loss and accuracies in one picture, for a README or a talk. */
export async function lossCurve(run: Curved): Promise<string> {
  const shown = measures.slice(0, 5).filter((measure) => valuesOf([run], measure).length > 0);
  const vconcat = shown.map((measure) => ({
    ...curve([run], measure, { width: 560, height: measure.field === "loss" ? 180 : 120 }),
    title: measure.title,
  }));
  return plot({ vconcat });
}

/** The median of a run's images a second; undefined where none was measured. */
export function medianThroughput({ lines }: Pick<ReportedRun, "lines">): number | undefined {
  const speeds = lines.flatMap(({ imagesPerSecond }) => (typeof imagesPerSecond === "number" ? [imagesPerSecond] : []));
  return speeds.sort((a, b) => a - b)[Math.floor(speeds.length / 2)];
}

/** Of fewer points a line shows all; of more, their mean over neighbours is drawn above them. */
const fewPoints = 100;

function curve(runs: readonly Curved[], measure: Measure, size: { width: number; height: number }) {
  const { from = "zero", to, points = false } = measure;
  const values = valuesOf(runs, measure);
  const names = runs.map(({ name }) => name);
  const scale = { zero: from === "zero", ...(to !== undefined && { domain: [0, to] }) };
  const lastEpoch = Math.max(1, ...runs.map(({ lines, stepsPerEpoch }) => (lines.at(-1)?.step ?? 0) / stepsPerEpoch));
  const y = { type: "quantitative", title: null, scale, axis: { tickCount: 5 } } as const;
  const reach = Math.floor(values.length / runs.length / 40);
  return {
    ...size,
    data: { values },
    layer:
      values.length / runs.length < fewPoints
        ? [{ mark: { type: "line", point: points ? { size: 40 } : false }, encoding: { y: { field: "value", ...y } } }]
        : [
            { mark: { type: "line", strokeWidth: 1, opacity: 0.25 }, encoding: { y: { field: "value", ...y } } },
            {
              transform: [
                {
                  window: [{ op: "mean", field: "value", as: "smooth" }],
                  frame: [-reach, reach],
                  groupby: ["run"],
                },
              ],
              mark: "line",
              encoding: { y: { field: "smooth", ...y } },
            },
          ],
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epoch",
        axis: { tickCount: 6 },
        scale: { domain: [0, lastEpoch], nice: false },
      },
      color: {
        field: "run",
        type: "nominal",
        scale: { domain: names, range: names.map((_, i) => seriesColor(i)) },
        legend: null,
      },
    },
  } satisfies TopLevelSpec;
}

function valuesOf(runs: readonly Curved[], { kind, field, factor = 1 }: Measure) {
  return runs.flatMap(({ name, lines, stepsPerEpoch }) =>
    lines.flatMap((line) => {
      const value = line[field];
      if (line.kind !== kind || typeof value !== "number") return [];
      return [{ run: name, epoch: line.step / stepsPerEpoch, value: factor * value }];
    }),
  );
}
