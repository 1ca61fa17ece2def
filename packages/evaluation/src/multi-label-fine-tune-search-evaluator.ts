import { type Communicator, oneProcess } from "@simclr/core";
import type { EvaluationResult, EvaluatorOptions } from "./evaluator.js";
import { type FineTuneSearchOptions, fineTuneSearch } from "./fine-tune-search.js";
import type { MultiLabelDataset, MultiLabelDatasets } from "./multi-label-dataset.js";
import { multiLabelTask } from "./multi-label-task.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

export type MultiLabelFineTuneSearchEvaluatorOptions = Omit<FineTuneSearchOptions<MultiLabelDataset>, "metric">;

/**
 * {@link fineTuneSearchEvaluator} for images that show several classes at once, as those of PASCAL VOC do: the same grid,
 * trainings and last training on train and validation, and a logistic regression for each class on top of the network. Of
 * an image it minimizes the mean over the classes that are known of it,
 *
 *     1/|K| sum_{c in K} log(1 + exp(z_c)) - y_c z_c,    K: all but the difficult ones, whose truth is -1
 *
 * and the pair with the best 11-point mean average precision on the validation images is taken. A trial's `accuracy` is
 * that mean.
 *
 * @returns metrics `vocMeanAveragePrecision11` (primary), `loss`, `trainLoss`; settings `learningRate`, `weightDecay` (as
 *   trained with), `searched` and each class's `averagePrecision`
 * @throws SIMCLR_ERROR__EVALUATION__VALIDATION_MISSING, ..._TOO_FEW_IMAGES, ..._EMPTY_CLASS, ..._DIVERGED, ..._NO_GRADIENT,
 *   ..._BLOCK_MISSING, ..._HEAD_LAYER_MISSING; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, appendix B.8: VOC 2007 by its 11-point mAP. The paper does not tell its loss for VOC; that one class
 *   stands against the rest, with a logistic loss of which the mean is taken, is ours
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey, withPrefix } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { multiLabelFineTuneSearchEvaluator } from "@simclr/evaluation";
 * // Four images of red, green, both and nothing.
 * const images = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => {
 *   const [image, channel] = [Math.floor(i / 192), i % 3];
 *   return channel < 2 && [[1, 0], [0, 1], [1, 1], [0, 0]][image]?.[channel] === 1 ? 200 : 20;
 * });
 * const truth = Int8Array.of(1, 0, 0, 1, 1, 1, 0, 0);
 * const dataset = { ...arrayDataset({ images, shape: [4, 8, 8, 3] }), classNames: ["red", "green"], truth };
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" }); // stands for a pretrained one
 * const { params, state } = backbone.init(randomKey(0));
 * const { metrics } = await multiLabelFineTuneSearchEvaluator(
 *   { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", state) },
 *   { train: dataset, validation: dataset, test: dataset },
 *   { key: randomKey(1), learningRates: [0.001, 0.1], weightDecays: [0], steps: 2 },
 * );
 * console.log(metrics.vocMeanAveragePrecision11);
 * ```
 */
export async function multiLabelFineTuneSearchEvaluator(
  subject: TrainableEncoder,
  datasets: MultiLabelDatasets,
  options: MultiLabelFineTuneSearchEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> {
  const protocol = "multi-label-fine-tune-search";
  return fineTuneSearch({ protocol, task: multiLabelTask, subject, datasets, options, communicator });
}
