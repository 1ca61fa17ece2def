import Table from "cli-table3";
import { csvTable, markdownTable } from "../report/text-table.js";
import { duration } from "../terminal/duration.js";
import { percent } from "../terminal/percent.js";
import type { SavedTransfer } from "./saved-transfer.js";

/** One line of the table at the end. */
export interface TransferRow {
  readonly dataset: string;
  readonly method: string;
  readonly encoder: string;
  readonly metric: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What the paper has of a ResNet-50 by the same method: pretrained by SimCLR, by labels, and not at all. */
  readonly simclrResnet50?: number;
  readonly supervisedResnet50?: number;
  readonly randomResnet50?: number;
  readonly testImages: number;
  readonly seconds: number;
}

export function transferRows(results: readonly SavedTransfer[]): TransferRow[] {
  return results.map(({ title, method, encoder, primary, metrics, interval, counts, seconds, published }) => {
    const of = (model: string) => {
      const found = published.find((one) => one.model === model);
      return method === "linear" ? found?.linear : found?.fineTune;
    };
    const [simclr, supervised, random] = ["SimCLR", "Supervised", "Random initialisation"].map((by) => of(`${by}, ResNet-50`)); // biome-ignore format: one line
    return {
      ...{ dataset: title, method, encoder, metric: primary, value: metrics[primary] as number },
      ...{ low: interval[0], high: interval[1] },
      ...(simclr !== undefined && { simclrResnet50: simclr }),
      ...(supervised !== undefined && { supervisedResnet50: supervised }),
      ...(random !== undefined && { randomResnet50: random }),
      ...{ testImages: counts.test, seconds },
    };
  });
}

const metricTitles: Readonly<Record<string, string>> = {
  top1: "top-1",
  meanPerClass: "mean per class",
  vocMeanAveragePrecision11: "11-point mAP",
};
const head = ["dataset", "method", "encoder", "metric", "value", "95% interval", "SimCLR R50", "supervised R50", "random R50", "time"]; // biome-ignore format: one line

function cells(row: TransferRow): string[] {
  const range = `${(100 * row.low).toFixed(1)}–${(100 * row.high).toFixed(1)}`;
  const published = [row.simclrResnet50, row.supervisedResnet50, row.randomResnet50].map((share) => percent(share));
  const metric = metricTitles[row.metric] ?? row.metric;
  return [row.dataset, row.method, row.encoder, metric, percent(row.value), range, ...published, duration(row.seconds)];
}

/** For a terminal. */
export function transferTable(rows: readonly TransferRow[]): string {
  const left = (name: string) => (["dataset", "method", "encoder", "metric"].includes(name) ? "left" : "right");
  const table = new Table({ head, colAligns: head.map(left), style: { head: [], border: [] } });
  table.push(...rows.map(cells));
  return table.toString();
}

export function transferMarkdown(rows: readonly TransferRow[]): string {
  const source =
    "R50: a ResNet-50 pretrained on ImageNet, as published (Chen et al. 2020, appendix B.8). Compare with the same network alone.";
  return `${markdownTable(head, rows.map(cells), { leftColumns: 4 })}\n\n${source}\n`;
}

export function transferCsv(rows: readonly TransferRow[]): string {
  const keys = ["dataset", "method", "encoder", "metric", "value", "low", "high", "simclrResnet50", "supervisedResnet50", "randomResnet50", "testImages", "seconds"] as const; // biome-ignore format: one line
  return csvTable(keys, rows.map((row) => keys.map((key) => `${row[key] ?? ""}`))); // biome-ignore format: one line
}
