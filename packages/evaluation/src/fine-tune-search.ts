import { type Backbone, type Communicator, invalidArgument, isSimclrError } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { ClassificationTask, LabelledParts } from "./classification-task.js";
import { validationMissing } from "./errors.js";
import type { EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import { type FineTuneOptions, fineTune } from "./fine-tune.js";
import { fineTuneGrid } from "./fine-tune-grid.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

/** One training of a search. */
export interface FineTuneTrial {
  readonly learningRate: number;
  /** Of the grid: what was trained with is this divided by the learning rate. */
  readonly weightDecay: number;
  /** On the validation images, by the metric that is chosen by; null where the loss ran away. */
  readonly accuracy: number | null;
}

export interface FineTuneSearchOptions<Labelled extends Dataset>
  extends Omit<FineTuneOptions, "epochs" | "learningRate" | "weightDecay" | "warmupEpochs"> {
  /** Default: {@link fineTuneGrid}'s; an empty list is refused. */
  readonly learningRates?: readonly number[];
  /** Default: {@link fineTuneGrid}'s. Each is divided by the learning rate that it is tried with. */
  readonly weightDecays?: readonly number[];
  /** Train and validation images, seen as train images are, for the last training. Default: the two one after the other. */
  readonly trainAndValidation?: Labelled;
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

export interface FineTuneSearch<Labelled extends Dataset> {
  readonly protocol: string;
  readonly task: ClassificationTask<Labelled>;
  readonly subject: TrainableEncoder;
  readonly datasets: LabelledParts<Labelled>;
  readonly options: FineTuneSearchOptions<Labelled> & EvaluatorOptions;
  readonly communicator: Communicator;
}

/** The paper's fine-tuning for transfer, for a task of any kind: its primary metric is what is chosen by. */
export async function fineTuneSearch<Labelled extends Dataset>(
  search: FineTuneSearch<Labelled>,
): Promise<EvaluationResult> {
  const begun = performance.now();
  const { protocol, task, subject, datasets, options, communicator } = search;
  const { learningRates, weightDecays, trainAndValidation, withBatchNormDecay, finished, onTrial, ...tuning } = options;
  const { steps = fineTuneGrid().steps, batchSize = 256, onProgress, signal } = options;
  const rates = positive("learningRates", learningRates ?? fineTuneGrid().learningRates, false);
  const decays = positive("weightDecays", weightDecays ?? fineTuneGrid().weightDecays, true);
  const { train, validation, test } = datasets;
  if (!validation) throw validationMissing("fine-tuning");
  task.assertDatasets(datasets);
  const both = trainAndValidation ?? task.joined(train, validation);
  task.assertDatasets({ train: both, test });
  const pairs = rates.flatMap((learningRate) => decays.map((weightDecay) => ({ learningRate, weightDecay })));
  const total = (pairs.length + 1) * steps;
  let before = 0;
  const tune = (parts: typeof datasets, { learningRate, weightDecay }: (typeof pairs)[number], more = {}) => {
    const stepsPerEpoch = Math.max(1, Math.floor(parts.train.length / Math.min(batchSize, parts.train.length)));
    const backbone = withBatchNormDecay?.(Math.max(1 - 10 / stepsPerEpoch, 0.9)) ?? subject.backbone;
    const told = onProgress && { onProgress: (done: number) => onProgress(before + done, total) };
    return fineTune({
      task,
      subject: { ...subject, backbone },
      datasets: parts,
      options: { ...tuning, ...more, steps, batchSize, learningRate, weightDecay: weightDecay / learningRate, ...told },
      epochs: 1, // not read: the steps say how long
      communicator,
    });
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
          ({ metrics, primary }) => metrics[primary] as number,
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
  const result = await tune({ train: both, test }, best);
  return {
    ...result,
    protocol,
    settings: { ...result.settings, metric: result.primary, searched: searched.map((trial) => ({ ...trial })) },
    counts: { ...result.counts, train: train.length, validation: validation.length },
    seconds: (performance.now() - begun) / 1000,
  };
}

function positive(name: string, values: readonly number[], orZero: boolean): readonly number[] {
  const fits = (value: number) => Number.isFinite(value) && (orZero ? value >= 0 : value > 0);
  if (values.length > 0 && values.every(fits)) return values;
  throw invalidArgument(name, values, `at least one number, ${orZero ? "each at least 0" : "all above 0"}`);
}
