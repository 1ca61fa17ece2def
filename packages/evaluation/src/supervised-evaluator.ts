import type { BatchMix } from "@simclr/augmentations";
import { type Communicator, disposeTree, foldIn, oneProcess, withPrefix } from "@simclr/core";
import { assertDatasets } from "./assert-datasets.js";
import { evaluateClassifier, type ImageOptions, networkImageSize } from "./evaluate-classifier.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { networkClassifier } from "./network-classifier.js";
import { singleLabelTask } from "./single-label-task.js";
import { initSupervisedHead } from "./supervised-head.js";
import type { TrainableEncoder } from "./trainable-encoder.js";
import { type TrainingOptions, trainingRecipe } from "./training-recipe.js";

export interface SupervisedEvaluatorOptions extends TrainingOptions, ImageOptions {
  /**
   * How images of a batch are mixed after the view, and their labels with them: `mixup`, `cutmix` or `randomMix` of
   * @simclr/augmentations, or one's own. Default: not at all.
   */
  readonly mix?: BatchMix;
}

/**
 * The supervised baseline: the same network from scratch, by its labels, on as many images and epochs as one says.
 *
 * By default as Goyal et al. train ResNet-50: 90 epochs, Nesterov momentum 0.9, learning rate 0.1 * batch / 256, weight
 * decay 1e-4 of everything but batch norm, 5 epochs of warm-up; batch 256; then, as everywhere here, half a cosine. All of
 * it starts from the key alone, so the subject's own parameters do not matter.
 *
 * With `mix`, the loss is the cross entropy with the mixed labels' shares, and so is `trainLoss`; a class that comes first
 * counts for `trainTop1` by its share of the image. Test images are never mixed.
 *
 * @returns metrics `top1`, `top5`, `loss`, and of the last step's batch `trainLoss` and `trainTop1`
 * @throws SIMCLR_ERROR__EVALUATION__NO_GRADIENT, ..._DIVERGED, ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS,
 *   ..._EMPTY_CLASS, ..._TOO_FEW_IMAGES; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, section 3.3, supervised training with each augmentation; Goyal et al. 2017; Zhang et al. 2018, "mixup",
 *   whose accuracy of mixed images this is, where torchvision's reference counts the larger share alone; Yun et al. 2019, "CutMix"
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { supervisedEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 8 * 8 * 3 }, (_, i) => (i < 768 ? 40 : 210) + (i % 7));
 * const dataset = arrayDataset({ images, shape: [8, 8, 8, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const { metrics } = await supervisedEvaluator(
 *   { backbone },
 *   { train: dataset, test: dataset },
 *   { key: randomKey(0), epochs: 2, view: simclrView({ imageSize: 8, colorStrength: 0.5, blur: false }) },
 * );
 * console.log(metrics.top1);
 * ```
 */
export const supervisedEvaluator: Evaluator<Pick<TrainableEncoder, "backbone">, SupervisedEvaluatorOptions> = async (
  { backbone }: Pick<TrainableEncoder, "backbone">,
  datasets: EvaluationDatasets,
  options: SupervisedEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> => {
  const classCount = assertDatasets(datasets);
  const imageSize = networkImageSize(options, datasets);
  const baseRates = { nesterov: 0.1, lars: 0.075 };
  const defaults = { epochs: 90, batchSize: 256, weightDecay: 1e-4, warmupEpochs: 5, baseRates };
  const recipe = trainingRecipe(options, defaults, datasets.train.length);
  const { key } = options;
  const fresh = backbone.init(foldIn(key, "backbone"));
  const params = withPrefix("backbone", fresh.params);
  const state = withPrefix("backbone", fresh.state);
  const head = initSupervisedHead(backbone.featureSize, classCount, foldIn(key, "supervisedHead"));
  const imageShape = [...imageSize, datasets.train.imageShape[2]] as const;
  try {
    return await evaluateClassifier({
      protocol: "supervised",
      task: singleLabelTask,
      classifier: networkClassifier({ backbone, params, state }, { afterBlock: -1, fromHeadLayer: 0 }, imageShape),
      variables: { params: { ...params, ...head }, state },
      classCount,
      datasets,
      recipe,
      imageSize,
      options,
      mix: options.mix,
      settings: { featureSize: backbone.featureSize, ...(options.mix && { mix: options.mix.name }) },
      communicator,
    });
  } finally {
    disposeTree([fresh, head]);
  }
};
