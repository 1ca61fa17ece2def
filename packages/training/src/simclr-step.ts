import type { View } from "@simclr/augmentations";
import {
  assertShape,
  type Backbone,
  below,
  type Communicator,
  foldIn,
  type Head,
  invalidArgument,
  oneProcess,
  type Parameters,
  type TensorTree,
  withPrefix,
} from "@simclr/core";
import { type ContrastiveLoss, contrastiveMetrics, ntXent } from "@simclr/losses";
import { applyUpdates, type GradientTransformation, type Schedule } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { initLinearProbe, type LinearProbeOptions, linearProbeStep } from "./linear-probe.js";
import { lossAndGradients } from "./loss-and-gradients.js";
import { modelOutput } from "./model-output.js";
import type { StepResult, TrainState, TrainStep } from "./train-state.js";

/** Scalars about two views' projections, `[batch, features]` each. Borrows its arguments. */
export type ProjectionMetrics = (viewA: tf.Tensor2D, viewB: tf.Tensor2D) => Readonly<Record<string, tf.Scalar>>;

export interface SimclrStepOptions<OptimizerState extends TensorTree> {
  readonly backbone: Backbone;
  readonly head: Head;
  /** How each of the two views of an image is made. */
  readonly views: readonly [View, View];
  readonly optimizer: GradientTransformation<OptimizerState>;
  /** Default: `ntXent` at `temperature`, the paper's mean over all 2N anchors. */
  readonly loss?: ContrastiveLoss;
  /** Default: `contrastiveMetrics` at `temperature`. */
  readonly metrics?: ProjectionMetrics;
  /** Of the default loss and the default metrics. Default 0.1, the reference's flag; its CIFAR-10 recipe takes 0.5. */
  readonly temperature?: number;
  /**
   * A factor on the loss, and so on its gradient. Default 1, the paper's mean over 2N anchors. The reference adds the
   * means of both halves: 2 gives its loss, and what it gives parameters that LARS does not adapt, and SGD and Adam.
   */
  readonly lossScale?: number;
  /** The optimizer's schedule, to report `learningRate` among the metrics. */
  readonly schedule?: Schedule;
  /**
   * A linear classifier of the features, trained on the batch's labels in the same steps by the same optimizer, without a
   * gradient into the encoder: `step` then wants labels, and the metrics have `supervisedLoss` and `supervisedAccuracy`.
   * It tells during pretraining what linear evaluation will tell afterwards.
   */
  readonly linearProbe?: LinearProbeOptions;
  /** Over which replicas gradients, batch statistics and metrics are averaged. Default: this process alone. */
  readonly communicator?: Communicator;
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
  const { backbone, head, views, optimizer, schedule, temperature = 0.1, lossScale = 1, linearProbe } = options;
  const { communicator = oneProcess } = options;
  const { loss = (a, b) => ntXent(a, b, { temperature, communicator }) } = options;
  const { metrics = (a, b) => contrastiveMetrics(a, b, { temperature, communicator }) } = options;
  refuseMisfit(backbone, head, lossScale, linearProbe);

  const project = (params: Parameters, batchStats: Parameters, images: tf.Tensor4D) => {
    const apply = { training: true, communicator } as const;
    const seen = backbone.apply(below("backbone", params), below("backbone", batchStats), images, apply);
    const features = modelOutput(backbone, seen.outputs, "features");
    const projected = head.apply(below("head", params), below("head", batchStats), features, apply);
    return {
      features: features as tf.Tensor2D,
      projections: modelOutput(head, projected.outputs, "projection") as tf.Tensor2D,
      batchStats: { ...withPrefix("backbone", seen.state), ...withPrefix("head", projected.state) },
    };
  };

  const step = (
    state: TrainState<OptimizerState>,
    images: tf.Tensor4D,
    parametersA: TensorTree,
    parametersB: TensorTree,
    ...[labels]: tf.Tensor1D[]
  ) => {
    const pixels = toUnitRange(images);
    const [viewA, viewB] = views;
    const batch: tf.Tensor4D = tf.concat([viewA.apply(pixels, parametersA), viewB.apply(pixels, parametersB)], 0);
    const encoderParams = withoutProbe(state.params);
    const { value, gradients, auxiliary } = lossAndGradients(encoderParams, () => {
      const result = project(state.params, state.batchStats, batch);
      const [projectionsA, projectionsB] = halves(result.projections);
      return { loss: tf.mul(loss(projectionsA, projectionsB), lossScale), auxiliary: result };
    });
    const probe = linearProbe && linearProbeStep(linearProbe, state.params, auxiliary.features, given(labels));
    const mean = communicator.allReduceMean({ ...gradients, ...probe?.gradients });
    // The counter is an int32, exact for any run; schedules compute with a float.
    const count: tf.Scalar = tf.cast(state.step, "float32");
    const [updates, optimizerState] = optimizer.update(mean, state.optimizerState, state.params, count);
    const measured = {
      loss: value,
      ...metrics(...halves(auxiliary.projections)),
      ...probe?.metrics,
      gradientNorm: norm(withoutProbe(mean)),
      ...(schedule && { learningRate: schedule(count) }),
    };
    return {
      state: {
        params: applyUpdates(state.params, updates),
        batchStats: auxiliary.batchStats,
        optimizerState,
        step: tf.add<tf.Scalar>(state.step, tf.scalar(1, "int32")),
      },
      metrics: communicator.allReduceMean(measured),
    };
  };

  return {
    backbone,
    head,
    views,
    ...(linearProbe && { classCount: linearProbe.classCount }),
    init: (key) => {
      const encoder = backbone.init(foldIn(key, "backbone"));
      const projector = head.init(foldIn(key, "head"));
      const params = {
        ...withPrefix("backbone", encoder.params),
        ...withPrefix("head", projector.params),
        ...(linearProbe && initLinearProbe(linearProbe, backbone.featureSize, foldIn(key, "supervisedHead"))),
      };
      const batchStats = { ...withPrefix("backbone", encoder.state), ...withPrefix("head", projector.state) };
      return { params, batchStats, optimizerState: optimizer.init(params), step: tf.scalar(0, "int32") };
    },
    // The step owns what it makes on the way; all but its result is freed here.
    step: (...inputs) => tf.tidy(() => step(...inputs) as StepResult<OptimizerState> & tf.TensorContainer),
  };
}

function refuseMisfit(backbone: Backbone, head: Head, lossScale: number, probe: LinearProbeOptions | undefined): void {
  if (head.inputSize !== backbone.featureSize) {
    throw invalidArgument(
      "head",
      `inputSize ${head.inputSize}`,
      `a head for ${backbone.featureSize} features, as the backbone gives`,
      "Make the head with inputSize: backbone.featureSize.",
    );
  }
  if (!(lossScale > 0)) throw invalidArgument("lossScale", lossScale, "a number above 0");
  if (probe && !(Number.isInteger(probe.classCount) && probe.classCount >= 2)) {
    throw invalidArgument("linearProbe.classCount", probe.classCount, "an integer of at least 2");
  }
}

function withoutProbe(params: Parameters): Parameters {
  return Object.fromEntries(Object.entries(params).filter(([path]) => !path.startsWith("supervisedHead/")));
}

function given(labels: tf.Tensor1D | undefined): tf.Tensor1D {
  if (labels) return labels;
  const remedy = "Pass them as the last argument; pretrain does it for a dataset with labels.";
  throw invalidArgument("labels", labels, "the batch's labels, for the linear probe", remedy);
}

function toUnitRange(images: tf.Tensor4D): tf.Tensor4D {
  assertShape("images", images, ["batch", "height", "width", "channels"]);
  if (images.dtype !== "int32") {
    const remedy = "Pass the bytes of the images, tf.tensor4d(bytes, shape, 'int32'); the step scales them to [0, 1].";
    throw invalidArgument("images", images.dtype, "an int32 tensor of values from 0 to 255", remedy);
  }
  return tf.div(tf.cast(images, "float32"), 255);
}

/** View A's rows and view B's: the first half of the batch and the second. */
function halves(projections: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  return tf.split(projections, 2, 0) as [tf.Tensor2D, tf.Tensor2D];
}

function norm(gradients: Parameters): tf.Scalar {
  const squares = Object.values(gradients).map((gradient) => tf.sum<tf.Scalar>(tf.square(gradient)));
  return tf.sqrt(tf.addN(squares));
}
