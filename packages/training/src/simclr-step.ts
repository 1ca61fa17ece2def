import { invalidArgument, oneProcess, type TensorTree } from "@simclr/core";
import { contrastiveMetrics, ntXent } from "@simclr/losses";
import type { ViewStatistics } from "./network.js";
import { type LabelledLoss, type ProjectionMetrics, simclrObjective } from "./simclr-objective.js";
import type { TrainStep } from "./train-state.js";
import { type TwoViewStepOptions, twoViewStep } from "./two-view-step.js";

export interface SimclrStepOptions<OptimizerState extends TensorTree> extends TwoViewStepOptions<OptimizerState> {
  /** Default: `ntXent` at `temperature`, the paper's mean over all 2N anchors. One that takes labels wants `classCount`. */
  readonly loss?: LabelledLoss;
  /**
   * How many classes there are, where the loss takes the images' labels as a third argument, as `supCon`: `step` then wants
   * labels, and `pretrain` hands it the dataset's.
   */
  readonly classCount?: number;
  /** Default: `contrastiveMetrics` at `temperature`. */
  readonly metrics?: ProjectionMetrics;
  /** Of the default loss and the default metrics. Default 0.1, the reference's flag; its CIFAR-10 recipe takes 0.5. */
  readonly temperature?: number;
  /**
   * A factor on the loss, and so on its gradient. Default 1, the paper's mean over 2N anchors. The reference adds the
   * means of both halves: 2 gives its loss, and what it gives parameters that LARS does not adapt, and SGD and Adam.
   */
  readonly lossScale?: number;
  /**
   * Over which images batch norms take their statistics. Default `"both views"` together, as SimCLR; Barlow Twins and VICReg
   * run the network on `"each view"` by itself.
   */
  readonly statistics?: ViewStatistics;
  /**
   * How many images go through the network at a time, both views of each; a divisor of the batch size. Default: all. The
   * batch keeps all its negatives, and the gradient is that of the whole batch to rounding (GradCache), but for batch norms,
   * which take their statistics over each chunk, as over a replica that does not synchronise them. Activations for the
   * backward pass take the memory of `microBatchSize` images, whatever the batch; views and projections are all kept; the
   * forward pass is made twice. That holds where operations run one after another, as they are called; a compiler may order
   * chunks otherwise.
   */
  readonly microBatchSize?: number;
}

/** {@link TrainStep} as SimCLR makes it. */
export type SimclrStep<OptimizerState extends TensorTree = TensorTree> = TrainStep<OptimizerState>;

/**
 * SimCLR's training step, one pure function of (state, images, view parameters):
 *
 *     x = [viewA(images / 255); viewB(images / 255)]    one batch of 2N, so batch norm's statistics are joint
 *     z = head(backbone(x))
 *     state' = optimizer(gradient of loss(z[:N], z[N:]))
 *
 * Its metrics: `loss` (times `lossScale`), `gradientNorm` (of all gradients as one vector), `learningRate` where a
 * schedule is given, and those of `metrics`, by default `contrastiveAccuracy` and `contrastiveEntropy`.
 *
 * It reads no tensor's values and works on every backend, compiled or not.
 *
 * Other losses of two views make other methods: `loss: (a, b) => barlowTwins(a, b)` with `statistics: "each view"` is Barlow
 * Twins, `vicReg` VICReg; `loss: (a, b, labels) => supCon(a, b, labels, { temperature: 0.1 })` with `classCount` is supervised
 * contrastive learning.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT when the head does not fit the backbone, or images are not int32
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT when the loss does not depend on a parameter
 * @throws SIMCLR_ERROR__TRAINING__OUTPUT_MISSING when a model has no `features`, or `projection`, among its outputs
 * @see Chen et al. 2020, algorithm 1; google-research/simclr@383d414 run.py and model.py
 * @example
 * ```ts
 * import { parameterTensors, simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { eager, randomKey } from "@simclr/core";
 * import { nonlinearHead } from "@simclr/heads";
 * import { lars } from "@simclr/optimizers";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { simclrStep } from "@simclr/training/step";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const head = nonlinearHead({ inputSize: backbone.featureSize });
 * const view = simclrView({ imageSize: 16 });
 * const { init, step } = simclrStep({ backbone, head, views: [view, view], optimizer: lars({ learningRate: 1 }) });
 *
 * const images = tf.randomUniform<tf.Rank.R4>([8, 20, 20, 3], 0, 256, "int32");
 * const sample = (seed: number) => view.sample(randomKey(seed), { batchSize: 8, imageSize: [20, 20] });
 * const train = eager(step); // or compile of @simclr/runtime
 * const { metrics } = train(init(randomKey(0)), images, parameterTensors(sample(1)), parameterTensors(sample(2)));
 * metrics.loss?.print();
 * ```
 */
export function simclrStep<OptimizerState extends TensorTree>(
  options: SimclrStepOptions<OptimizerState>,
): SimclrStep<OptimizerState> {
  const { backbone, head, temperature = 0.1, communicator = oneProcess, microBatchSize, classCount } = options;
  const ofViews: LabelledLoss = (a, b) => ntXent(a, b, { temperature, communicator });
  const { loss = ofViews, statistics = "both views" } = options;
  const { metrics = (a, b) => contrastiveMetrics(a, b, { temperature, communicator }) } = options;
  if (microBatchSize !== undefined && !(Number.isInteger(microBatchSize) && microBatchSize > 0)) {
    throw invalidArgument("microBatchSize", microBatchSize, "a whole number above 0");
  }
  if (statistics !== "both views" && statistics !== "each view") {
    throw invalidArgument("statistics", statistics, '"both views" or "each view"');
  }
  if (loss.length > 2 && classCount === undefined) {
    const remedy = "Pass how many classes the labels have, and the labels to the step.";
    throw invalidArgument("classCount", classCount, "a number of classes, for the loss takes labels", remedy);
  }
  const network = { backbone, head, communicator };
  return twoViewStep(options, simclrObjective(network, { loss, metrics, statistics, microBatchSize, classCount }));
}
