import { foldIn } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import * as tf from "@tensorflow/tfjs-core";
import { assertDatasets } from "./assert-datasets.js";
import { assertCount, bootstrapInterval } from "./bootstrap-interval.js";
import { type Encoder, embed } from "./embed.js";
import type { Embed } from "./embed-once.js";
import type { EvaluationDatasets, EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import type { LabelledFeatures } from "./features.js";

/** What every evaluator on cached features takes beside its own options. */
export interface FeatureEvaluatorOptions {
  /** How images are embedded. Default {@link embed}; one `embedOnce()` for several evaluators embeds them once. */
  readonly embed?: Embed;
  /** Images in a call of the encoder. Default 256. */
  readonly embeddingBatchSize?: number;
  /** Of the bootstrap. Default 1000. */
  readonly resamples?: number;
}

/** What a protocol measured, before it is a result. */
export interface Measurement
  extends Pick<EvaluationResult, "metrics" | "primary" | "predictions" | "confusion" | "settings"> {
  /** The primary metric of some of the test rows, each from 0 to count - 1. */
  readonly statistic: (rows: Int32Array) => number;
}

/** One protocol: its name, the steps that it tells of, and how it measures features. */
export interface FeatureProtocol {
  readonly protocol: string;
  /** What {@link FeatureProtocol.measure} counts in `onStep`, after the images that are embedded. */
  readonly steps?: number;
  /** Whether it looks at the validation part. Default: false. */
  readonly usesValidation?: boolean;
  measure(parts: FeatureParts, onStep: (done: number) => void): Promise<Measurement>;
}

export interface FeatureParts {
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures;
  readonly test: LabelledFeatures;
  readonly classCount: number;
}

/**
 * Embeds every part once, measures, and fills in what all results have. Of several replicas each does all of it: there is
 * nothing random but by the key, so that all get the same result.
 */
export async function evaluateFeatures(
  { protocol, steps = 0, usesValidation = false, measure }: FeatureProtocol,
  encoder: Encoder,
  datasets: EvaluationDatasets,
  options: FeatureEvaluatorOptions & EvaluatorOptions,
): Promise<EvaluationResult> {
  const started = performance.now();
  const { train, test } = datasets;
  const validation = usesValidation ? datasets.validation : undefined;
  const classCount = assertDatasets({ train, test, ...(validation && { validation }) });
  const { key, signal, resamples = 1000, embeddingBatchSize = 256 } = options;
  assertCount("resamples", resamples);
  assertCount("embeddingBatchSize", embeddingBatchSize);
  const images = train.length + (validation?.length ?? 0) + test.length;
  let embedded = 0;
  const tell = (done: number) => options.onProgress?.(done, images + steps);
  const featuresOf = async (dataset: Dataset): Promise<LabelledFeatures> => {
    const features = await (options.embed ?? embed)(encoder, dataset, {
      batchSize: embeddingBatchSize,
      ...(options.compile && { compile: options.compile }),
      ...(signal && { signal }),
      onProgress: (done) => tell(embedded + done),
    });
    embedded += dataset.length;
    return features as LabelledFeatures; // the protocol refuses what it cannot use
  };
  const parts: FeatureParts = {
    train: await featuresOf(train),
    ...(validation && { validation: await featuresOf(validation) }),
    test: await featuresOf(test),
    classCount,
  };
  const { statistic, ...measured } = await measure(parts, (done) => tell(images + done));
  signal?.throwIfAborted();
  return {
    protocol,
    ...measured,
    interval: bootstrapInterval(test.length, statistic, { key: foldIn(key, "bootstrap"), resamples }),
    counts: { train: train.length, validation: validation?.length ?? 0, test: test.length, classes: classCount },
    recipe: options.recipe ?? null,
    key,
    versions: { "@tensorflow/tfjs-core": tf.version_core, ...options.versions },
    seconds: (performance.now() - started) / 1000,
  };
}
