import type { Json } from "@simclr/core";
import type { PublishedAccuracy } from "./published-result.js";
import type { MeasuredEncoder } from "./report.js";
import type { ReportedRun } from "./reported-run.js";

/** An accuracy, a fraction, with its 95 % interval where it is known. */
export interface Accuracy {
  readonly value: number;
  readonly interval?: readonly [low: number, high: number];
}

/** A protocol as it was carried out. */
export interface AccuracyColumn {
  readonly title: string;
  /** What is measured, where it is not top-1 accuracy: `meanPerClass`. */
  readonly metric: string;
  readonly protocol: string;
  /** Of the labels that were trained on, where the protocol names one. */
  readonly labelFraction?: number;
}

export interface AccuracyRow {
  /** A run's name. */
  readonly run: string;
  readonly encoder: MeasuredEncoder["encoder"];
  readonly title: string;
  /** One for each column; undefined where it was not measured. */
  readonly cells: readonly (Accuracy | undefined)[];
}

/** All that was measured on the same images, protocols side by side. */
export interface AccuracyTable {
  /** `digits`, or a path. */
  readonly data: string;
  readonly testCount: number;
  readonly classCount: number;
  readonly columns: readonly AccuracyColumn[];
  readonly rows: readonly AccuracyRow[];
}

interface Measurement extends Accuracy {
  readonly run: string;
  readonly encoder: MeasuredEncoder["encoder"];
  readonly title: string;
  readonly data: string;
  readonly protocol: string;
  readonly metric: string;
  readonly settings: { readonly [name: string]: Json };
  readonly counts: { readonly test: number; readonly classes: number };
}

const protocolTitles: Readonly<Record<string, string>> = {
  knn: "kNN",
  "linear-features": "Linear, on features",
  linear: "Linear",
  "logistic-regression": "Logistic regression",
  retrieval: "Retrieval",
  "fine-tune": "Fine-tuned",
  distill: "Distilled",
  supervised: "Supervised",
};
const protocolOrder = Object.keys(protocolTitles);
const encoderOrder: readonly MeasuredEncoder["encoder"][] = ["trained", "untrained", "pixels"];

/** A protocol's name for people. */
export function protocolTitle(protocol: string): string {
  return protocolTitles[protocol] ?? protocol.replace(/^./, (first) => first.toUpperCase()).replaceAll("-", " ");
}

/** A protocol as it was carried out, for people: `Supervised with mixup, 10% of labels`, `Distilled with labels, 10% of labels`. */
export function measurementTitle(protocol: string, settings: Measurement["settings"]): string {
  const { labelFraction, mix, distillationWeight } = settings;
  const beside = Array.isArray(mix) ? mix : Number(distillationWeight ?? 1) < 1 ? ["labels"] : [];
  const mixture = beside.length > 0 ? ` with ${beside.join(" and ")}` : "";
  // Without what a product of floats has at its end.
  const labels =
    typeof labelFraction === "number" ? `, ${Number((100 * labelFraction).toPrecision(12))}% of labels` : "";
  return `${protocolTitle(protocol)}${mixture}${labels}`;
}

/** A table for each set of images that any of the runs was measured on. */
export function accuracyTables(runs: readonly ReportedRun[]): AccuracyTable[] {
  const all = runs.flatMap(measurementsOf);
  return [...new Set(all.map(({ data }) => data))].map((data) =>
    tableOf(
      data,
      all.filter((one) => one.data === data),
    ),
  );
}

/** Whether a published accuracy is of a column's protocol. */
export function isSameProtocol(column: AccuracyColumn, published: PublishedAccuracy): boolean {
  // On features or on images, it is the accuracy of a linear classifier on the frozen encoder.
  const protocol = column.protocol === "linear-features" ? "linear" : column.protocol;
  if (protocol !== published.protocol || column.metric !== "top1") return false;
  return (column.labelFraction ?? 1) === (published.labelFraction ?? 1);
}

/** What the files of a run say; of a protocol that both say something of, the evaluation, which says more. */
function measurementsOf({ name, evaluations, report }: ReportedRun): Measurement[] {
  const evaluated = evaluations.map((one) => ({
    run: name,
    encoder: one.encoder,
    title: one.encoderTitle,
    data: one.data,
    protocol: one.protocol,
    metric: one.primary,
    // Two evaluations that differ in nothing else differ in their randomness.
    settings: { ...one.settings, key: one.key.join(":") },
    value: one.metrics[one.primary] as number,
    interval: one.interval,
    counts: one.counts,
  }));
  if (!report?.accuracies) return evaluated;
  const { encoders, testCount, classCount } = report.accuracies;
  const reported = encoders.flatMap(({ encoder, title, ...measured }) =>
    (["knn", "linear"] as const).flatMap((metric): Measurement[] => {
      const protocol = metric === "linear" ? "linear-features" : metric;
      const [value, interval] = [measured[metric], measured[`${metric}Interval`]];
      const isKnown = evaluated.some((e) => e.encoder === encoder && e.protocol === protocol && e.data === report.data);
      if (value === undefined || isKnown) return [];
      const counts = { test: testCount, classes: classCount };
      const about = { run: name, encoder, title, data: report.data, protocol, metric: "top1", settings: {}, counts };
      return [{ ...about, value, ...(interval && { interval }) }];
    }),
  );
  return [...reported, ...evaluated];
}

function tableOf(data: string, measurements: readonly Measurement[]): AccuracyTable {
  const varying = varyingSettings(measurements);
  const described = measurements.map((one) => ({ one, column: columnOf(one, varying.get(one.protocol) ?? []) }));
  const columns = [...new Map(described.map(({ column }) => [column.title, column])).values()].sort(byProtocol);
  const rowKey = ({ run, encoder, title }: Pick<Measurement, "run" | "encoder" | "title">) =>
    JSON.stringify([run, encoder, title]);
  const rows = [...new Map(measurements.map((one) => [rowKey(one), one])).values()].map(({ run, encoder, title }) => ({
    run,
    encoder,
    title,
    cells: columns.map((column) => {
      const found = described.find(
        (each) => each.column.title === column.title && rowKey(each.one) === rowKey({ run, encoder, title }),
      )?.one;
      return found && { value: found.value, ...(found.interval && { interval: found.interval }) };
    }),
  }));
  const runs = [...new Set(rows.map(({ run }) => run))];
  const place = (row: AccuracyRow) => 10 * runs.indexOf(row.run) + encoderOrder.indexOf(row.encoder);
  const counts = measurements[0]?.counts;
  return {
    data,
    testCount: counts?.test ?? 0,
    classCount: counts?.classes ?? 0,
    columns,
    rows: rows.sort((a, b) => place(a) - place(b)),
  };
}

/** By protocol, the settings in which evaluations of one encoder differ whose titles do not. */
function varyingSettings(measurements: readonly Measurement[]): Map<string, string[]> {
  const groups = new Map<string, Measurement[]>();
  for (const one of measurements) {
    // What differs along with the labels, epochs say, is told by them already.
    const subject = JSON.stringify([one.run, one.encoder, one.title, measurementTitle(one.protocol, one.settings)]);
    groups.set(subject, [...(groups.get(subject) ?? []), one]);
  }
  const found = new Map<string, Set<string>>();
  for (const group of groups.values()) {
    const protocol = (group[0] as Measurement).protocol;
    for (const name of new Set(group.flatMap(({ settings }) => Object.keys(settings)))) {
      const values = new Set(group.map(({ settings }) => JSON.stringify(settings[name])));
      if (values.size > 1) found.set(protocol, (found.get(protocol) ?? new Set()).add(name));
    }
  }
  return new Map([...found].map(([protocol, names]) => [protocol, [...names]]));
}

function columnOf({ protocol, metric, settings }: Measurement, varying: readonly string[]): AccuracyColumn {
  const { labelFraction } = settings;
  const told = varying.filter((name) => name in settings).map((name) => `${name} ${String(settings[name])}`);
  const title = [measurementTitle(protocol, settings), ...told].join(", ");
  return { title, metric, protocol, ...(typeof labelFraction === "number" && { labelFraction }) };
}

function byProtocol(a: AccuracyColumn, b: AccuracyColumn): number {
  const place = ({ protocol }: AccuracyColumn) => (protocolOrder.indexOf(protocol) + 100) % 100;
  return place(a) - place(b) || (a.labelFraction ?? 0) - (b.labelFraction ?? 0) || a.title.localeCompare(b.title);
}
