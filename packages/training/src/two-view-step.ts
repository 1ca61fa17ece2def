import type { View } from "@simclr/augmentations";
import {
  assertShape,
  type Backbone,
  type Communicator,
  foldIn,
  type Head,
  invalidArgument,
  oneProcess,
  type Parameters,
  type TensorTree,
} from "@simclr/core";
import { applyUpdates, type GradientTransformation, globalNorm, type Schedule } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { type InitialNetwork, withInitial } from "./initial-network.js";
import { initLinearProbe, type LinearProbeOptions, linearProbeStep } from "./linear-probe.js";
import { initNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import type { StepResult, TrainStep } from "./train-state.js";

/** What every method's step is made of. */
export interface TwoViewStepOptions<OptimizerState extends TensorTree> {
  readonly backbone: Backbone;
  readonly head: Head;
  /** How each of the two views of an image is made. */
  readonly views: readonly [View, View];
  readonly optimizer: GradientTransformation<OptimizerState>;
  /** A factor on the loss, and so on its gradient. Default 1. */
  readonly lossScale?: number;
  /** The optimizer's schedule, to report `learningRate` among the metrics. */
  readonly schedule?: Schedule;
  /**
   * A linear classifier of the features, trained on the batch's labels in the same steps by the same optimizer, without a
   * gradient into the encoder: `step` then wants labels, and the metrics have `supervisedLoss` and `supervisedAccuracy`.
   * It tells during pretraining what linear evaluation will tell afterwards.
   */
  readonly linearProbe?: LinearProbeOptions;
  /**
   * Numbers to begin with in place of random ones, such as those of `loadNetwork`: training goes on from a network that was
   * trained before, on other images or by others. Borrowed while `init` runs; what is left out is random. Default: all is.
   */
  readonly initialNetwork?: InitialNetwork;
  /** Over which replicas gradients, batch statistics and metrics are averaged. Default: this process alone. */
  readonly communicator?: Communicator;
}

/**
 * The step of any method that learns from two views of a batch: makes the views, lets the objective find loss and
 * gradients, and hands those to the optimizer. `simclrStep`, `mocoStep`, `byolStep` and `simSiamStep` are this function
 * with an objective of theirs.
 *
 *     viewA, viewB = viewA(images / 255), viewB(images / 255)
 *     loss, gradients = objective(params, objectiveState, viewA, viewB)
 *     params' = optimizer(mean of gradients over replicas),   objectiveState' = next(params')
 *
 * Its metrics: `loss` (times `lossScale`), `gradientNorm` (of all gradients as one vector, the probe's apart), `learningRate`
 * where a schedule is given, and the objective's.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT when the head does not fit the backbone, or images are not int32
 * @example
 * ```ts
 * import { view, horizontalFlip } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { below, lossAndGradients } from "@simclr/core";
 * import { noHead } from "@simclr/heads";
 * import { sgd } from "@simclr/optimizers";
 * import { type Objective, twoViewStep } from "@simclr/training/step";
 * import * as tf from "@tensorflow/tfjs-core";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * // Features of both views as near as can be: it collapses, and is short.
 * const nearness: Objective<Record<string, never>> = {
 *   init: () => ({ params: {}, batchStats: {}, state: {} }),
 *   evaluate: ({ params, batchStats, viewA, viewB }) => {
 *     const encode = (images: tf.Tensor4D) =>
 *       backbone.apply(below("backbone", params), below("backbone", batchStats), images, { training: false }).outputs
 *         .features as tf.Tensor2D;
 *     const { value, gradients, auxiliary } = lossAndGradients(params, () => {
 *       const features = encode(viewA);
 *       return { loss: tf.mean<tf.Scalar>(tf.squaredDifference(features, encode(viewB))), auxiliary: { features } };
 *     });
 *     return { loss: value, gradients, features: auxiliary.features, batchStats, metrics: {}, next: () => ({}) };
 *   },
 * };
 * const step = twoViewStep(
 *   {
 *     backbone,
 *     head: noHead({ inputSize: backbone.featureSize }),
 *     views: [view([]), view([horizontalFlip()])],
 *     optimizer: sgd({ learningRate: 0.1 }),
 *   },
 *   nearness,
 * );
 * ```
 */
export function twoViewStep<OptimizerState extends TensorTree, State extends TensorTree>(
  options: TwoViewStepOptions<OptimizerState>,
  objective: Objective<State>,
): TrainStep<OptimizerState> {
  const { backbone, head, views, optimizer, schedule, lossScale = 1, linearProbe, communicator = oneProcess } = options;
  const { initialNetwork } = options;
  const classCount = objective.classCount ?? linearProbe?.classCount;
  refuseMisfit(backbone, head, lossScale);
  refuseClasses("classCount", objective.classCount);
  refuseClasses("linearProbe.classCount", linearProbe?.classCount);
  if (linearProbe && linearProbe.classCount !== classCount) {
    throw invalidArgument("linearProbe.classCount", linearProbe.classCount, `${classCount}, as the objective has`);
  }

  const step: TrainStep<OptimizerState>["step"] = (state, images, parametersA, parametersB, ...[labels]) => {
    const pixels = toUnitRange(images);
    const [viewA, viewB] = views;
    // The counter is an int32, exact for any run; schedules compute with a float.
    const count: tf.Scalar = tf.cast(state.step, "float32");
    const { loss, gradients, features, batchStats, metrics, next } = objective.evaluate({
      params: withoutProbe(state.params),
      batchStats: state.batchStats,
      objectiveState: state.objectiveState as State,
      // What views are made from is not kept while the objective computes.
      viewA: tf.tidy(() => viewA.apply(pixels, parametersA)),
      viewB: tf.tidy(() => viewB.apply(pixels, parametersB)),
      step: count,
      ...(objective.classCount !== undefined && { labels: given(labels) }),
    });
    const scaled = <T extends tf.Tensor>(tensor: T): T => (lossScale === 1 ? tensor : tf.mul(tensor, lossScale));
    const scaledGradients = Object.fromEntries(Object.entries(gradients).map(([path, g]) => [path, scaled(g)]));
    const probe = linearProbe && linearProbeStep(linearProbe, state.params, features, given(labels));
    const mean = communicator.allReduceMean({ ...scaledGradients, ...probe?.gradients });
    const [updates, optimizerState] = optimizer.update(mean, state.optimizerState, state.params, count);
    const params = applyUpdates(state.params, updates);
    const measured = {
      loss: scaled(loss),
      ...metrics,
      ...probe?.metrics,
      gradientNorm: globalNorm(withoutProbe(mean)),
      ...(schedule && { learningRate: schedule(count) }),
    };
    return {
      state: {
        params,
        batchStats,
        optimizerState,
        objectiveState: next(params),
        step: tf.add<tf.Scalar>(state.step, tf.scalar(1, "int32")),
      },
      metrics: communicator.allReduceMean(measured),
    };
  };

  return {
    backbone,
    head,
    views,
    ...(classCount !== undefined && { classCount }),
    init: (key) => {
      const fresh = initNetwork({ backbone, head }, key);
      const network = initialNetwork ? withInitial(fresh, initialNetwork) : fresh;
      const own = objective.init(network, foldIn(key, "objective"));
      const params = {
        ...network.params,
        ...own.params,
        ...(linearProbe && initLinearProbe(linearProbe, backbone.featureSize, foldIn(key, "supervisedHead"))),
      };
      const batchStats = { ...network.batchStats, ...own.batchStats };
      const zero = tf.scalar(0, "int32");
      return { params, batchStats, optimizerState: optimizer.init(params), objectiveState: own.state, step: zero };
    },
    // The step owns what it makes on the way; all but its result is freed here.
    step: (...inputs) => tf.tidy(() => step(...inputs) as StepResult<OptimizerState> & tf.TensorContainer),
  };
}

function refuseMisfit(backbone: Backbone, head: Head, lossScale: number): void {
  if (head.inputSize !== backbone.featureSize) {
    throw invalidArgument(
      "head",
      `inputSize ${head.inputSize}`,
      `a head for ${backbone.featureSize} features, as the backbone gives`,
      "Make the head with inputSize: backbone.featureSize.",
    );
  }
  if (!(lossScale > 0)) throw invalidArgument("lossScale", lossScale, "a number above 0");
}

function refuseClasses(argument: string, count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 2)) return;
  throw invalidArgument(argument, count, "an integer of at least 2");
}

function withoutProbe(params: Parameters): Parameters {
  return Object.fromEntries(Object.entries(params).filter(([path]) => !path.startsWith("supervisedHead/")));
}

function given(labels: tf.Tensor1D | undefined): tf.Tensor1D {
  if (labels) return labels;
  const remedy = "Pass them as the last argument; pretrain does it for a dataset with labels.";
  throw invalidArgument("labels", labels, "the batch's labels, for the linear probe or the loss", remedy);
}

function toUnitRange(images: tf.Tensor4D): tf.Tensor4D {
  assertShape("images", images, ["batch", "height", "width", "channels"]);
  if (images.dtype !== "int32") {
    const remedy = "Pass the bytes of the images, tf.tensor4d(bytes, shape, 'int32'); the step scales them to [0, 1].";
    throw invalidArgument("images", images.dtype, "an int32 tensor of values from 0 to 255", remedy);
  }
  return tf.div(tf.cast(images, "float32"), 255);
}
