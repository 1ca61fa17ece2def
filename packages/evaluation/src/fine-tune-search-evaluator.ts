import { type Backbone, type Communicator, invalidArgument, isSimclrError, oneProcess } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import { assertDatasets } from "./assert-datasets.js";
import { validationMissing } from "./errors.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { type FineTuneEvaluatorOptions, fineTuneEvaluator } from "./fine-tune-evaluator.js";
import { joined } from "./joined.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

/** Where a search looks, and how long each of its trainings is. */
export interface FineTuneGrid {
  readonly learningRates: readonly number[];
  /** Before they are divided by the learning rate. */
  readonly weightDecays: readonly number[];
  readonly steps: number;
}

/** One training of a search. */
export interface FineTuneTrial {
  readonly learningRate: number;
  /** Of the grid: what was trained with is this divided by the learning rate. */
  readonly weightDecay: number;
  /** On the validation images, by the metric that is chosen by; null where the loss ran away. */
  readonly accuracy: number | null;
}

export interface FineTuneSearchEvaluatorOptions
  extends Omit<FineTuneEvaluatorOptions, "labelFraction" | "epochs" | "learningRate" | "weightDecay" | "warmupEpochs"> {
  /** Default: {@link fineTuneGrid}'s; an empty list is refused. */
  readonly learningRates?: readonly number[];
  /** Default: {@link fineTuneGrid}'s. Each is divided by the learning rate that it is tried with. */
  readonly weightDecays?: readonly number[];
  /** Train and validation images, seen as train images are, for the last training. Default: the two one after the other. */
  readonly trainAndValidation?: Dataset;
  /**
   * Builds the subject's backbone with another decay of batch norm's averages. Then they decay by
   * `max(1 - 10 / stepsPerEpoch, 0.9)`, as published. Default: the subject's own backbone, whatever its decay.
   */
  readonly withBatchNormDecay?: (decay: number) => Backbone;
  /** Trials of an earlier call with the same options, which are not made again. */
  readonly finished?: readonly FineTuneTrial[];
  /** Hears of each trial when it is made: what to keep against an interruption. */
  readonly onTrial?: (trial: FineTuneTrial) => void | Promise<void>;
}

/**
 * The paper's grid: 7 learning rates from 1e-4 to 0.1, 7 weight decays from 1e-6 to 1e-3 and none, all spaced
 * logarithmically, 20,000 steps each.
 *
 * @see Chen et al. 2020, appendix B.8.2
 * @example
 * ```ts
 * import { fineTuneGrid } from "@simclr/evaluation";
 * const { learningRates, weightDecays } = fineTuneGrid(); // 7 and 8
 * ```
 */
export function fineTuneGrid(): FineTuneGrid {
  return { learningRates: logSpaced(-4, -1, 7), weightDecays: [0, ...logSpaced(-6, -3, 7)], steps: 20_000 };
}

/**
 * The paper's grid for the same network from random numbers: 7 learning rates from 1e-3 to 1, 8 weight decays from 1e-5 to
 * 10^-1.5, 40,000 steps each.
 *
 * @see Chen et al. 2020, appendix B.8.3
 * @example
 * ```ts
 * import { randomInitializationGrid } from "@simclr/evaluation";
 * const { steps } = randomInitializationGrid(); // 40000
 * ```
 */
export function randomInitializationGrid(): FineTuneGrid {
  return { learningRates: logSpaced(-3, 0, 7), weightDecays: logSpaced(-5, -1.5, 8), steps: 40_000 };
}

function logSpaced(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => 10 ** (from + ((to - from) * i) / (count - 1)));
}

/**
 * The paper's fine-tuning for transfer: {@link fineTuneEvaluator} at every learning rate and weight decay of a grid on the
 * train images, the pair that is best on the validation images, and with it a training on both that the test images see.
 * Nesterov momentum 0.9 along half a cosine, batch 256, crop and flip. Of equals the first is taken, in the lists' order,
 * learning rates outermost. A training that runs away loses; when all do, that is the error.
 *
 * @returns metrics `top1`, `top5`, `meanPerClass`, `loss`, `trainLoss`; settings `learningRate`, `weightDecay` (as trained
 *   with) and `searched`
 * @throws SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING, ..._DIVERGED, and the errors of {@link fineTuneEvaluator}
 * @see Chen et al. 2020, appendix B.8.2; Kornblith et al. 2019, appendix A
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey, withPrefix } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { fineTuneSearchEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 8 * 8 * 3 }, (_, i) => (i < 768 ? 40 : 210) + (i % 7));
 * const dataset = arrayDataset({ images, shape: [8, 8, 8, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" }); // stands for a pretrained one
 * const { params, state } = backbone.init(randomKey(0));
 * const { settings } = await fineTuneSearchEvaluator(
 *   { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", state) },
 *   { train: dataset, validation: dataset, test: dataset },
 *   { key: randomKey(1), learningRates: [0.001, 0.1], weightDecays: [0], steps: 2 },
 * );
 * console.log(settings.learningRate);
 * ```
 */
export const fineTuneSearchEvaluator: Evaluator<TrainableEncoder, FineTuneSearchEvaluatorOptions> = async (
  subject: TrainableEncoder,
  datasets: EvaluationDatasets,
  options: FineTuneSearchEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> => {
  const begun = performance.now();
  const { learningRates, weightDecays, trainAndValidation, withBatchNormDecay, finished, onTrial, ...tuning } = options;
  const { steps = fineTuneGrid().steps, batchSize = 256, metric = "top1", onProgress, signal } = options;
  const rates = positive("learningRates", learningRates ?? fineTuneGrid().learningRates, false);
  const decays = positive("weightDecays", weightDecays ?? fineTuneGrid().weightDecays, true);
  const { train, validation, test } = datasets;
  if (!validation) throw validationMissing("fine-tuning");
  assertDatasets(datasets);
  const pairs = rates.flatMap((learningRate) => decays.map((weightDecay) => ({ learningRate, weightDecay })));
  const total = (pairs.length + 1) * steps;
  let before = 0;
  const tune = (parts: EvaluationDatasets, { learningRate, weightDecay }: (typeof pairs)[number], more = {}) => {
    const stepsPerEpoch = Math.max(1, Math.floor(parts.train.length / Math.min(batchSize, parts.train.length)));
    const backbone = withBatchNormDecay?.(Math.max(1 - 10 / stepsPerEpoch, 0.9)) ?? subject.backbone;
    const own = { ...tuning, ...more, steps, batchSize, learningRate, weightDecay: weightDecay / learningRate };
    const told = onProgress && { onProgress: (done: number) => onProgress(before + done, total) };
    return fineTuneEvaluator({ ...subject, backbone }, parts, { ...own, ...told }, communicator);
  };
  const searched: FineTuneTrial[] = [];
  let runaway: unknown;
  for (const pair of pairs) {
    signal?.throwIfAborted();
    const known = finished?.find(
      (one) => one.learningRate === pair.learningRate && one.weightDecay === pair.weightDecay,
    );
    const accuracy = known
      ? known.accuracy
      : await tune({ train, test: validation }, pair, { resamples: 1 }).then(
          ({ metrics }) => metrics[metric] as number,
          (error) => {
            if (!isSimclrError(error) || error.code !== "SIMCLR_ERROR__EVALUATION__DIVERGED") throw error;
            runaway = error;
            return null;
          },
        );
    const trial: FineTuneTrial = { ...pair, accuracy };
    searched.push(trial);
    before += steps;
    if (!known) await onTrial?.(trial);
  }
  const best = searched.reduce((most, one) => ((one.accuracy ?? -1) > (most.accuracy ?? -1) ? one : most));
  if (best.accuracy === null && runaway) throw runaway;
  const both = trainAndValidation ?? joined(train, validation);
  const result = await tune({ train: both, test }, best);
  return {
    ...result,
    protocol: "fine-tune-search",
    settings: { ...result.settings, metric, searched: searched.map((trial) => ({ ...trial })) },
    counts: { ...result.counts, train: train.length, validation: validation.length },
    seconds: (performance.now() - begun) / 1000,
  };
};

function positive(name: string, values: readonly number[], orZero: boolean): readonly number[] {
  const fits = (value: number) => Number.isFinite(value) && (orZero ? value >= 0 : value > 0);
  if (values.length > 0 && values.every(fits)) return values;
  throw invalidArgument(name, values, `at least one number, ${orZero ? "each at least 0" : "all above 0"}`);
}
