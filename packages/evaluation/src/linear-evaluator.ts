import { type Communicator, disposeTree, oneProcess } from "@simclr/core";
import { assertDatasets } from "./assert-datasets.js";
import type { Encoder } from "./embed.js";
import { evaluateClassifier, type ImageOptions, networkImageSize } from "./evaluate-classifier.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { frozenClassifier } from "./frozen-classifier.js";
import { networkClassifier } from "./network-classifier.js";
import { singleLabelTask } from "./single-label-task.js";
import { initSupervisedHead } from "./supervised-head.js";
import type { TrainableEncoder } from "./trainable-encoder.js";
import { type TrainingOptions, trainingRecipe } from "./training-recipe.js";
import { assertUnchanged, snapshot } from "./unchanged.js";

/**
 * The defaults are the published ones: 90 epochs, for images of at most 32 pixels 100; batch 512; learning rate
 * 0.1 * batch / 256; no weight decay and no warm-up.
 */
export type LinearEvaluatorOptions = TrainingOptions & ImageOptions;

/**
 * Linear evaluation as published: a linear classifier on a frozen encoder, batch norm in inference mode, trained on images
 * that are cropped and flipped at random, by Nesterov momentum 0.9 along half a cosine. Test images: the centre.
 *
 * The encoder is a function, or a network; a network's parameters and batch statistics are compared before and after, bit
 * by bit. `linearEvaluation` is the variant on cached features: faster, without the augmentation.
 *
 * @returns metrics `top1`, `top5`, `loss`, and of the last step's batch `trainLoss` and `trainTop1`
 * @throws SIMCLR_ERROR__EVALUATION__SUBJECT_CHANGED, ..._DIVERGED, ..._ENCODER_OUTPUT, ..._LABELS_MISSING,
 *   ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._EMPTY_CLASS, ..._TOO_FEW_IMAGES; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, section 4 and appendix B.6; google-research/simclr@383d414 README, "Finetuning the linear head":
 *   ImageNet 90 epochs, batch 4096, CIFAR-10 100 epochs, batch 512
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { linearEvaluator, rawPixels } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 4 * 4 * 3 }, (_, i) => (i < 192 ? 40 : 210) + (i % 7));
 * const dataset = arrayDataset({ images, shape: [8, 4, 4, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const { metrics, interval } = await linearEvaluator(
 *   rawPixels,
 *   { train: dataset, test: dataset },
 *   { key: randomKey(0), epochs: 20 },
 * );
 * console.log(metrics.top1, interval);
 * ```
 */
export const linearEvaluator: Evaluator<Encoder | TrainableEncoder, LinearEvaluatorOptions> = async (
  subject: Encoder | TrainableEncoder,
  datasets: EvaluationDatasets,
  options: LinearEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> => {
  const classCount = assertDatasets(datasets);
  const imageSize = networkImageSize(options, datasets);
  const epochs = Math.max(...imageSize) <= 32 ? 100 : 90;
  const defaults = { epochs, batchSize: 512, weightDecay: 0, warmupEpochs: 0, baseRates: { nesterov: 0.1, lars: 0.1 } };
  const recipe = trainingRecipe(options, defaults, datasets.train.length);
  const imageShape = [...imageSize, datasets.train.imageShape[2]] as const;
  const network = typeof subject === "function" ? { params: {}, state: {} } : subject;
  const classifier =
    typeof subject === "function"
      ? frozenClassifier(subject, imageShape)
      : networkClassifier(subject, { afterBlock: 4, fromHeadLayer: 0 }, imageShape);
  const { params, state } = network;
  const before = await snapshot({ params, state });
  const head = initSupervisedHead(classifier.featureSize, classCount);
  try {
    const result = await evaluateClassifier({
      protocol: "linear",
      task: singleLabelTask,
      classifier,
      variables: { params: { ...params, ...head }, state },
      classCount,
      datasets,
      recipe,
      imageSize,
      options,
      settings: { featureSize: classifier.featureSize },
      communicator,
    });
    await assertUnchanged(before, { params, state });
    return result;
  } finally {
    disposeTree(head);
  }
};
