import { type Communicator, disposeTree, foldIn, oneProcess } from "@simclr/core";
import { labelSubsetIndices, subset } from "@simclr/data/browser";
import { assertDatasets } from "./assert-datasets.js";
import {
  assertDistillation,
  type DistillationEvaluatorOptions,
  isSameNetwork,
  publishedDistillation,
  sharedOptions,
  unlabelledImages,
} from "./distillation-options.js";
import { distillationTask } from "./distillation-task.js";
import { evaluateClassifier, networkImageSize } from "./evaluate-classifier.js";
import type { EvaluationDatasets, EvaluationResult, Evaluator, EvaluatorOptions } from "./evaluator.js";
import { fineTuned, fineTuneEpochs, fineTuneRecipe } from "./fine-tune.js";
import { networkClassifier } from "./network-classifier.js";
import { partlyLabelled } from "./partly-labelled.js";
import { singleLabelTask } from "./single-label-task.js";
import { startingStudent } from "./student.js";
import { teacherOf, teacherVariables } from "./teacher.js";
import type { TrainableEncoder } from "./trainable-encoder.js";
import { stepsOf, trainingRecipe } from "./training-recipe.js";

/**
 * Distillation with unlabelled images: the network is fine-tuned with few labels, and then teaches a student by its
 * predictions of all images, without their labels: {@link distillationLoss} of @simclr/losses.
 *
 * The teacher is that of `fineTuneEvaluator` with the same key, fixed, in inference mode, and sees images as the student does:
 * cropped and flipped at random. The student learns as v2 pretrains: 400 epochs of LARS at 0.1 * sqrt(batch) along half a
 * cosine, after a warm-up of 5% of the epochs, weight decay 1e-4; batch 256, published 4096. With `optimizer: "nesterov"` the
 * rate is that of supervised training, 0.1 * batch / 256. The networks that are passed are borrowed and unchanged.
 *
 * @returns metrics of the student: `top1`, `top5`, `loss`, the last step's `trainLoss`; `teacherTop1`, and `agreement`, the
 *   share of test images that both call the same. `settings.teacher` has all of the teacher's metrics, its interval and settings
 * @throws SIMCLR_ERROR__EVALUATION__BLOCK_MISSING, ..._HEAD_LAYER_MISSING, ..._NO_GRADIENT, ..._DIVERGED,
 *   ..._LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._EMPTY_CLASS, ..._TOO_FEW_IMAGES; SIMCLR_ERROR__DATA__TOO_FEW_LABELS;
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020b (v2), section 2, equations 2 and 3, and section 3.1 for the temperatures, epochs and views;
 *   google-research/simclr@383d414 colabs/distillation_self_training.ipynb, whose loss has a factor tau^2 that the equation
 *   lacks, and whose student begins with random numbers; we take the factor, and the pretrained numbers where there are any
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey, withPrefix } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { distillationEvaluator } from "@simclr/evaluation";
 * const images = Uint8Array.from({ length: 8 * 8 * 8 * 3 }, (_, i) => (i < 768 ? 40 : 210) + (i % 7));
 * const dataset = arrayDataset({ images, shape: [8, 8, 8, 3], labels: [0, 0, 0, 0, 1, 1, 1, 1] });
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" }); // stands for a pretrained one
 * const { params, state } = backbone.init(randomKey(0));
 * const { metrics } = await distillationEvaluator(
 *   { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", state) },
 *   { train: dataset, test: dataset },
 *   { key: randomKey(1), labelFraction: 0.5, teacher: { epochs: 2 }, epochs: 2 },
 * );
 * console.log(metrics.teacherTop1, metrics.top1);
 * ```
 */
export const distillationEvaluator: Evaluator<TrainableEncoder, DistillationEvaluatorOptions> = async (
  subject: TrainableEncoder,
  datasets: EvaluationDatasets,
  options: DistillationEvaluatorOptions & EvaluatorOptions,
  communicator: Communicator = oneProcess,
): Promise<EvaluationResult> => {
  const begun = performance.now();
  const { labelFraction = 1, distillationWeight = 1, student = subject, key, onProgress } = options;
  const { backbone } = student;
  const { temperature = isSameNetwork(backbone, subject.backbone) ? 0.1 : 1 } = options;
  assertDistillation(options, { labelFraction, temperature, distillationWeight });
  const classCount = assertDatasets(datasets);
  const { train } = datasets;
  const unlabelled = unlabelledImages(options, train);
  const imageSize = networkImageSize(options, datasets);
  const imageShape = [...imageSize, train.imageShape[2]] as const;
  const recipe = trainingRecipe(options, publishedDistillation, unlabelled.length);
  const labelled = labelSubsetIndices(train, { fraction: labelFraction, key: foldIn(key, "labels") });
  const few = labelFraction === 1 ? train : subset(train, labelled);
  const tuning = fineTuneRecipe(options.teacher ?? {}, fineTuneEpochs(labelFraction), few.length);
  const tuningSteps = stepsOf(tuning, few.length);
  const total = tuningSteps + stepsOf(recipe, unlabelled.length);
  const tellAfter = (before: number) =>
    onProgress && { onProgress: (done: number) => onProgress(before + done, total) };

  const shared = sharedOptions(options);
  const { network, head, numbers, own } = startingStudent(student, classCount, key);
  try {
    const teacher = await fineTuned({
      task: singleLabelTask,
      subject,
      datasets: { ...datasets, train: few },
      options: { ...options.teacher, ...shared, ...tellAfter(0) },
      epochs: fineTuneEpochs(labelFraction),
      settings: { labelFraction },
      communicator,
    });
    try {
      const taught = teacherVariables({
        params: { ...subject.params, ...teacher.learned.params },
        state: { ...subject.state, ...teacher.learned.state },
      });
      const labels = distillationWeight < 1 ? labelled : [];
      const known = new Map(labels.map((index) => [index, train.labels?.[index] as number]));
      const result = await evaluateClassifier({
        protocol: "distill",
        task: distillationTask({ temperature, distillationWeight }),
        classifier: networkClassifier(network, { afterBlock: -1, fromHeadLayer: 0 }, imageShape),
        teacher: teacherOf(teacher.classifier),
        variables: {
          params: { ...network.params, ...head, ...taught.params },
          state: { ...network.state, ...taught.state },
        },
        classCount,
        datasets: { ...datasets, train: partlyLabelled(unlabelled, known) },
        recipe,
        imageSize,
        options: { ...shared, ...tellAfter(tuningSteps), key: foldIn(key, "student") },
        settings: {
          ...{ labelFraction, temperature, distillationWeight, featureSize: backbone.featureSize },
          student: student === subject ? "itself" : numbers,
        },
        communicator,
      });
      return { ...besideTeacher(result, teacher.result), key, seconds: (performance.now() - begun) / 1000 };
    } finally {
      disposeTree(teacher.learned);
    }
  } finally {
    disposeTree(own);
  }
};

/** The student's result, and what can be said of both. */
function besideTeacher(result: EvaluationResult, teacher: EvaluationResult): EvaluationResult {
  const { metrics, interval, settings, counts } = teacher;
  const same = result.predictions?.filter((label, image) => label === teacher.predictions?.[image]).length ?? 0;
  return {
    ...result,
    metrics: { ...result.metrics, teacherTop1: metrics.top1 as number, agreement: same / counts.test },
    settings: { ...result.settings, teacher: { ...settings, metrics, interval, labels: counts.train } },
  };
}
