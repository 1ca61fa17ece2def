import { type Communicator, oneProcess } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { ClassificationMetric } from "./classification-metric.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { type FineTuneSearchOptions, fineTuneSearch } from "./fine-tune-search.js";
import { singleLabelTask } from "./single-label-task.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

export interface FineTuneSearchEvaluatorOptions extends FineTuneSearchOptions<Dataset> {
  /** What is chosen by, and what the interval is of. Default `"top1"`. */
  readonly metric?: ClassificationMetric;
}

/**
 * The paper's fine-tuning for transfer: {@link fineTuneEvaluator} at every learning rate and weight decay of a grid on the
 * train images, the pair that is best on the validation images, and with it a training on both that the test images see.
 * Nesterov momentum 0.9 along half a cosine, batch 256, crop and flip. Of equals the first is taken, in the lists' order,
 * learning rates outermost. A training that runs away loses; when all do, that is the error.
 *
 * @returns metrics `top1`, `top5`, `meanPerClass`, `loss`, `trainLoss`, `trainTop1`; settings `learningRate`, `weightDecay`
 *   (as trained with) and `searched`
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
export const fineTuneSearchEvaluator: Evaluator<TrainableEncoder, FineTuneSearchEvaluatorOptions> = (
  subject: TrainableEncoder,
  datasets: EvaluationDatasets,
  options: FineTuneSearchEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> =>
  fineTuneSearch({
    protocol: "fine-tune-search",
    task: singleLabelTask,
    ...{ subject, datasets, options, communicator },
  });
