/** What a report says about one way to see images. */
export interface MeasuredEncoder {
  readonly encoder: "trained" | "untrained" | "pixels";
  /** In words: `raw pixels, 28 x 28`. */
  readonly title: string;
  /** Numbers that stand for an image. */
  readonly featureSize: number;
  /** Top-1 accuracies, fractions of the test images. */
  readonly knn?: number;
  readonly linear?: number;
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
    readonly bankCount: number;
    readonly testCount: number;
    readonly neighbours: number;
    readonly encoders: readonly MeasuredEncoder[];
  };
  readonly machine: { readonly node: string; readonly platform: string; readonly cpu: string; readonly cores: number };
}

/** Where a report's files lie. */
export interface ReportFiles {
  readonly folder: string;
  readonly html: string;
}
