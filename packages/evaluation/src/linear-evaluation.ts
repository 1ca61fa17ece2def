import {
  type Compile,
  disposeTree,
  eager,
  foldIn,
  invalidArgument,
  normalInitializer,
  type Parameters,
  permutation,
  type RandomKey,
} from "@simclr/core";
import { applyUpdates, linearScaling, momentum, warmupCosineSchedule } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import { type ClassificationResult, classificationResult } from "./classification-result.js";
import { assertClassification, type Features } from "./features.js";
import { meanCrossEntropy } from "./mean-cross-entropy.js";
import { type FeatureNormalization, normalizeFeatures } from "./normalize-features.js";

export interface LinearEvaluationOptions {
  readonly classCount: number;
  /** Chooses the first weights and the order of the rows. */
  readonly key: RandomKey;
  /** Default 100, the reference's recipe for CIFAR-10. */
  readonly epochs?: number;
  /** Default 512, the same recipe's; at most all rows. */
  readonly batchSize?: number;
  /** Default 0.1 * batchSize / 256, the same recipe's. It falls to 0 along half a cosine, without warm-up. */
  readonly learningRate?: number;
  /** Default 0, the same recipe's. */
  readonly weightDecay?: number;
  /**
   * Default `"standardize"`: the recipe's learning rate fits an encoder's features as they come, but not the pixels and
   * the untrained encoder they are compared with. `"none"` is the reference's protocol to the letter.
   */
  readonly normalization?: FeatureNormalization;
  /** Compiles several training steps into one call. Default: `eager`. */
  readonly compile?: Compile;
  /** Called after each epoch. */
  readonly onProgress?: (epoch: number, epochs: number) => void;
}

/** What {@link linearEvaluation} returns: plain JSON. */
export interface LinearEvaluationResult extends ClassificationResult {
  /** The mean cross entropy of the test rows, in nats. */
  readonly loss: number;
}

// Enough steps to make a call's overhead small, few enough to compile in a second.
const stepsPerCall = 8;

/**
 * Linear evaluation on cached features: a linear classifier by Nesterov momentum 0.9, softmax cross entropy, as the
 * reference trains it, but without augmenting the images. The last step's weights count, not the best epoch's.
 *
 * @throws SIMCLR_ERROR__EVALUATION__LABELS_MISSING, ..._LABEL_OUT_OF_RANGE, ..._ONE_CLASS, ..._FEATURES_INVALID,
 *   ..._FEATURES_NOT_FINITE, ..._FEATURE_SIZE_MISMATCH; SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Chen et al. 2020, section 4; google-research/simclr@383d414 README, "Finetuning the linear head"
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { linearEvaluation } from "@simclr/evaluation";
 * const train = { values: Float32Array.of(1, 0, 0, 1), count: 2, size: 2, labels: Int32Array.of(0, 1) };
 * const { top1 } = await linearEvaluation(train, train, { classCount: 2, key: randomKey(0), epochs: 20 }); // 1
 * ```
 */
export async function linearEvaluation(
  train: Features,
  test: Features,
  options: LinearEvaluationOptions,
): Promise<LinearEvaluationResult> {
  const { classCount, key, epochs = 100, weightDecay = 0, normalization = "standardize", compile = eager } = options;
  assertClassification(train, test, classCount);
  for (const [name, value] of Object.entries({ epochs, batchSize: options.batchSize ?? 512 })) {
    if (!Number.isInteger(value) || value < 1) throw invalidArgument(name, value, "an integer of at least 1");
  }
  const batchSize = Math.min(options.batchSize ?? 512, train.count);
  const stepsPerEpoch = Math.floor(train.count / batchSize);
  const totalSteps = epochs * stepsPerEpoch;
  const peak = options.learningRate ?? linearScaling(0.1, batchSize);
  const optimizer = momentum({
    learningRate: warmupCosineSchedule({ peak, warmupSteps: 0, totalSteps }),
    momentum: 0.9,
    nesterov: true,
    weightDecay,
    excludes: (path) => path.endsWith("bias"),
  });

  const [trainValues, testValues] = normalizeFeatures(train, test, normalization);
  const rows = tf.tensor2d(trainValues, [train.count, train.size]);
  const labels = tf.tensor1d(train.labels, "int32");
  type OptimizerState = ReturnType<typeof optimizer.init>;
  type State = { readonly params: Parameters; readonly optimizerState: OptimizerState; readonly step: tf.Scalar };
  let state = tf.tidy(() => {
    const params: Parameters = {
      kernel: normalInitializer(foldIn(key, "kernel"), [train.size, classCount]),
      bias: tf.zeros([classCount]),
    };
    return { params, optimizerState: optimizer.init(params), step: tf.scalar(0) } as unknown as tf.TensorContainer;
  }) as unknown as State;

  const advance = (x: tf.Tensor2D, y: tf.Tensor1D, from: State, batches: tf.Tensor3D): State =>
    tf.unstack(batches).reduce<State>((now, batch) => {
      // Not tf.gather: its kernel under TensorFlow reads the indices, which a recording cannot.
      const [own, classes] = [tf.gatherND(x, batch) as tf.Tensor2D, tf.gatherND(y, batch) as tf.Tensor1D];
      const gradients = crossEntropyGradient(now.params, own, classes, classCount);
      const [updates, optimizerState] = optimizer.update(gradients, now.optimizerState, now.params, now.step);
      return { params: applyUpdates(now.params, updates), optimizerState, step: tf.add(now.step, 1) };
    }, from);
  const run = compile(advance, { name: "linearEvaluation" });

  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = permutation(foldIn(foldIn(key, "order"), epoch), train.count);
      for (let step = 0; step < stepsPerEpoch; step += stepsPerCall) {
        const steps = Math.min(stepsPerCall, stepsPerEpoch - step);
        const some = order.subarray(step * batchSize, (step + steps) * batchSize);
        const batches = tf.tensor3d(some, [steps, batchSize, 1], "int32");
        const next = await run.async(rows, labels, state, batches);
        disposeTree([state, batches]);
        state = next;
      }
      options.onProgress?.(epoch + 1, epochs);
    }
    const logits = await logitsOf(state.params, testValues, test);
    const testLabels = test.labels as Int32Array;
    const loss = meanCrossEntropy(logits, testLabels, classCount);
    return { ...classificationResult(logits, testLabels, classCount), loss };
  } finally {
    run.dispose();
    disposeTree([rows, labels, state]);
  }
}

/** In closed form: the logits' gradient is (softmax - target) / rows. */
function crossEntropyGradient(params: Parameters, x: tf.Tensor2D, labels: tf.Tensor1D, classCount: number): Parameters {
  const logits = tf.add(tf.matMul(x, params.kernel as tf.Tensor2D), params.bias as tf.Tensor1D);
  const target = tf.oneHot(labels, classCount, 1, 0, "float32");
  const error = tf.div(tf.sub(tf.softmax(logits), target), x.shape[0]) as tf.Tensor2D;
  return { kernel: tf.matMul(x, error, true), bias: tf.sum(error, 0) };
}

async function logitsOf(params: Parameters, values: Float32Array, { count, size }: Features): Promise<Float32Array> {
  const logits = tf.tidy(() =>
    tf.add(tf.matMul(tf.tensor2d(values, [count, size]), params.kernel as tf.Tensor2D), params.bias as tf.Tensor1D),
  );
  const data = (await logits.data()) as Float32Array;
  logits.dispose();
  return data;
}
