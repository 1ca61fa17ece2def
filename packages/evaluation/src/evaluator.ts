import type { Communicator, Compile, Json, RandomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";

/** Labelled images in the parts that an evaluator needs. Labels mean the same in every part. */
export interface EvaluationDatasets {
  /** What a classifier learns from. */
  readonly train: Dataset;
  /** Where settings are chosen; an evaluator that chooses none does not read it. */
  readonly validation?: Dataset;
  /** What accuracies are of: read once, at the end. */
  readonly test: Dataset;
}

/** What every evaluator takes beside its own options. */
export interface EvaluatorOptions {
  /** Decides everything random: first weights, orders, augmentations, the bootstrap. */
  readonly key: RandomKey;
  /** Default: `eager`. */
  readonly compile?: Compile;
  /** Kept in the result as it is: what the encoder was trained with. */
  readonly recipe?: Json;
  /** Kept in the result, beside TensorFlow.js's own: versions of what computed. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two steps; the evaluator then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What every evaluator returns: plain JSON. */
export interface EvaluationResult {
  /** The evaluator's name: `"knn"`, `"linear"`, `"logistic-regression"`, `"fine-tune"`. */
  readonly protocol: string;
  /** All that was measured, by name: `top1`, `top5`, `meanPerClass`, `loss`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Which of `metrics` the protocol is known by. */
  readonly primary: string;
  /** 95 % confidence interval of the primary metric, by bootstrap over the test images. */
  readonly interval: readonly [low: number, high: number];
  /** Of each test image, where the protocol classifies. */
  readonly predictions?: readonly number[];
  /** `confusion[label][prediction]` counts test images, where the protocol classifies. */
  readonly confusion?: readonly (readonly number[])[];
  /** The evaluator's own options, defaults filled in, and what it chose. */
  readonly settings: { readonly [name: string]: Json };
  readonly counts: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly classes: number;
  };
  readonly recipe: Json;
  readonly key: RandomKey;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/**
 * The one form of all evaluators. `Subject` is what is evaluated: an `Encoder`, frozen, or a network that is trained on.
 * It is borrowed, and as it was afterwards.
 */
export type Evaluator<Subject, Options = unknown> = (
  subject: Subject,
  datasets: EvaluationDatasets,
  options: Options & EvaluatorOptions,
  communicator?: Communicator,
) => Promise<EvaluationResult>;
