import { type Communicator, foldIn, invalidArgument, oneProcess } from "@simclr/core";
import { labelSubset } from "@simclr/data/browser";
import { assertDatasets } from "./assert-datasets.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { type FineTuneOptions, fineTune, fineTuneEpochs } from "./fine-tune.js";
import { singleLabelTask } from "./single-label-task.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

export interface FineTuneEvaluatorOptions extends FineTuneOptions {
  /**
   * The share of the train images whose labels are used, class-balanced, chosen by the key: 0.01, 0.1 or, by default, 1.
   * For a published list of images pass `namedSubset` of @simclr/data as `train`, and `epochs`.
   */
  readonly labelFraction?: number;
}

/**
 * Semi-supervised fine-tuning: the pretrained network goes on learning with few labels, and a linear classifier on top of
 * it, from zeros. Nesterov momentum 0.9, learning rate 0.05 * batch / 256 (LARS: 0.005 * sqrt(batch)) along half a cosine,
 * without warm-up and weight decay; 60 epochs for 1% of the labels and less, 30 for more; batch 256, published 4096. Images
 * are cropped and flipped at random, test images are seen by their centre.
 *
 * What is frozen by `fineTuneAfterBlock` stays as it is to the bit, its batch statistics too, as in the reference's TF2
 * code. The network that is passed is borrowed and unchanged.
 *
 * @returns metrics `top1`, `top5`, `loss`, and of the last step's batch `trainLoss` and `trainTop1`
 * @throws SIMCLR_ERROR__EVALUATION__BLOCK_MISSING, ..._HEAD_LAYER_MISSING, ..._NO_GRADIENT, ..._DIVERGED,
 *   ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._EMPTY_CLASS, ..._TOO_FEW_IMAGES; SIMCLR_ERROR__DATA__TOO_FEW_LABELS;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, section 4.2 and appendix B.5; Chen et al. 2020b (v2), section 3; google-research/simclr@383d414
 *   README, "Semi-supervised learning and fine-tuning the whole network"
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey, withPrefix } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { fineTuneEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 8 * 8 * 3 }, (_, i) => (i < 768 ? 40 : 210) + (i % 7));
 * const dataset = arrayDataset({ images, shape: [8, 8, 8, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" }); // stands for a pretrained one
 * const { params, state } = backbone.init(randomKey(0));
 * const { metrics } = await fineTuneEvaluator(
 *   { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", state) },
 *   { train: dataset, test: dataset },
 *   { key: randomKey(1), labelFraction: 0.5, fineTuneAfterBlock: 3, epochs: 2 },
 * );
 * console.log(metrics.top1);
 * ```
 */
export const fineTuneEvaluator: Evaluator<TrainableEncoder, FineTuneEvaluatorOptions> = async (
  subject: TrainableEncoder,
  datasets: EvaluationDatasets,
  options: FineTuneEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> => {
  const { labelFraction = 1, key } = options;
  if (!(labelFraction > 0 && labelFraction <= 1)) {
    throw invalidArgument("labelFraction", labelFraction, "above 0 and at most 1", "Without a label use kNN.");
  }
  assertDatasets(datasets);
  const few = { fraction: labelFraction, key: foldIn(key, "labels") };
  const train = labelFraction === 1 ? datasets.train : labelSubset(datasets.train, few);
  return fineTune({
    task: singleLabelTask,
    subject,
    datasets: { ...datasets, train },
    options,
    epochs: fineTuneEpochs(labelFraction),
    settings: { labelFraction },
    communicator,
  });
};
