import { z } from "zod";

/** What a report says about one way to see images. */
export interface MeasuredEncoder {
  readonly encoder: "trained" | "untrained" | "pixels";
  /** In words: `raw pixels, 28 x 28`. */
  readonly title: string;
  /** Numbers that stand for an image. */
  readonly featureSize: number;
  /** Top-1 accuracies, fractions of the test images, with their 95 % intervals; linear on features. */
  readonly knn?: number;
  readonly knnInterval?: readonly [low: number, high: number];
  readonly linear?: number;
  readonly linearInterval?: readonly [low: number, high: number];
}

/** What became of a run; `report.json`. */
export interface Report {
  readonly runFolder: string;
  /** What was measured on: `digits`, or a path. */
  readonly data: string;
  readonly recipe: string;
  readonly seed: number;
  readonly training: {
    readonly steps: number;
    readonly epochs: number;
    readonly exampleCount: number;
    /** The last ones that were logged. */
    readonly metrics: Readonly<Record<string, number>>;
  };
  /** Absent without labels. */
  readonly accuracies?: {
    readonly classCount: number;
    readonly classNames?: readonly string[];
    readonly bankCount: number;
    readonly testCount: number;
    readonly neighbours: number;
    readonly encoders: readonly MeasuredEncoder[];
    /** Of the trained encoder: `counts[label][prediction]`. */
    readonly confusion?: { readonly protocol: string; readonly counts: readonly (readonly number[])[] };
  };
  readonly machine: { readonly node: string; readonly platform: string; readonly cpu: string; readonly cores: number };
}

/** Where a report's files lie. */
export interface ReportFiles {
  readonly folder: string;
  readonly html: string;
}

const fraction = z.number().min(0).max(1);
const interval = z.tuple([fraction, fraction]);
const count = z.int().min(0);

const measuredEncoder = z.object({
  encoder: z.enum(["trained", "untrained", "pixels"]),
  title: z.string(),
  featureSize: count,
  knn: z.exactOptional(fraction),
  knnInterval: z.exactOptional(interval),
  linear: z.exactOptional(fraction),
  linearInterval: z.exactOptional(interval),
});

/** `report.json` as it may lie in a run's folder. */
export const reportSchema: z.ZodType<Report> = z.object({
  runFolder: z.string(),
  data: z.string(),
  recipe: z.string(),
  seed: count,
  training: z.object({ steps: count, epochs: count, exampleCount: count, metrics: z.record(z.string(), z.number()) }),
  accuracies: z.exactOptional(
    z.object({
      classCount: count,
      classNames: z.exactOptional(z.array(z.string())),
      bankCount: count,
      testCount: count,
      neighbours: count,
      encoders: z.array(measuredEncoder),
      confusion: z.exactOptional(z.object({ protocol: z.string(), counts: z.array(z.array(count)) })),
    }),
  ),
  machine: z.object({ node: z.string(), platform: z.string(), cpu: z.string(), cores: count }),
});
