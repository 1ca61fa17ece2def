import type { MeasuredEncoder, Report } from "../report/report.js";
import type { SavedEvaluation } from "../report/saved-evaluation.js";

export interface ReportAccuraciesOptions {
  /** Of one encoder at one step, on the same images. */
  readonly evaluations: readonly SavedEvaluation[];
  readonly classNames: readonly string[];
  readonly bankCount: number;
  readonly testCount: number;
  readonly neighbours: number;
  /** Numbers that stand for an image, by encoder. */
  readonly featureSizes: Readonly<Record<MeasuredEncoder["encoder"], number>>;
}

/** What `report.json` says of accuracies: kNN and linear, on features. */
export function reportAccuracies(options: ReportAccuraciesOptions): NonNullable<Report["accuracies"]> {
  const { evaluations, featureSizes, classNames, ...counts } = options;
  const found = (protocol: string, encoder: string) =>
    evaluations.find((one) => one.protocol === protocol && one.encoder === encoder);
  const encoders = (["trained", "untrained", "pixels"] as const).flatMap((encoder): MeasuredEncoder[] => {
    const [nearest, linear] = [found("knn", encoder), found("linear-features", encoder)];
    const title = (nearest ?? linear)?.encoderTitle;
    if (title === undefined) return [];
    return [
      {
        encoder,
        title,
        featureSize: featureSizes[encoder],
        ...(nearest && { knn: nearest.metrics.top1 as number, knnInterval: nearest.interval }),
        ...(linear && { linear: linear.metrics.top1 as number, linearInterval: linear.interval }),
      },
    ];
  });
  const telling = found("linear-features", "trained") ?? found("knn", "trained");
  const confusion = telling?.confusion && { protocol: telling.protocol, counts: telling.confusion };
  return { classCount: classNames.length, classNames, ...counts, encoders, ...(confusion && { confusion }) };
}
