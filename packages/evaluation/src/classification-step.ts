import type { BatchMix, View } from "@simclr/augmentations";
import {
  type ApplyOptions,
  type Communicator,
  lossAndGradients,
  type ModelVariables,
  type Parameters,
  simclrError,
  type TensorTree,
} from "@simclr/core";
import { applyUpdates, type GradientTransformation } from "@simclr/optimizers";
import * as tf from "@tensorflow/tfjs-core";
import type { ClassificationTask } from "./classification-task.js";
import type { Classifier } from "./classifier.js";
import { applySupervisedHead, supervisedClassCount, supervisedHeadPath } from "./supervised-head.js";
import type { Teacher } from "./teacher.js";

/** All that learns. What is frozen is no part of it: it costs neither gradients nor copies. */
export type ClassifierState = {
  readonly params: Parameters;
  readonly state: Parameters;
  readonly optimizerState: TensorTree;
  /** How many steps were made: an int32 scalar. */
  readonly step: tf.Scalar;
};

export type ClassificationStepResult = {
  readonly state: ClassifierState;
  /** `loss`, and where the task has one `accuracy`. */
  readonly metrics: { readonly loss: tf.Scalar; readonly [name: string]: tf.Scalar };
};

export interface ClassificationStepOptions {
  readonly classifier: Classifier;
  readonly task: Pick<ClassificationTask, "targets" | "loss" | "accuracy">;
  readonly view: View;
  /** What is done to the batch after the view. Default: nothing. */
  readonly mix?: BatchMix | undefined;
  /** What tells the task of the images as they are seen, by frozen variables of its own. Default: labels alone count. */
  readonly teacher?: Teacher | undefined;
  readonly optimizer: GradientTransformation;
  readonly communicator: Communicator;
}

/**
 * A step of supervised training, one pure function of (state, frozen variables, images, labels, parameters of the view and
 * the mixture):
 *
 *     x, y = mix(view(images / 255), targets(labels))
 *     state' = optimizer(gradient of loss(W represent(x) + b, y))
 *
 * in the parameters of the state alone. It reads no tensor's values, so it can be compiled.
 *
 * @throws SIMCLR_ERROR__EVALUATION__NO_GRADIENT when the loss does not depend on a parameter of the state
 */
export function classificationStep(options: ClassificationStepOptions) {
  const { classifier, task, view, mix, teacher, optimizer, communicator } = options;
  const apply: ApplyOptions = { training: true, communicator };

  const step = (
    own: ClassifierState,
    frozen: ModelVariables,
    images: tf.Tensor4D,
    labels: tf.Tensor2D,
    viewParameters: TensorTree,
    mixParameters: TensorTree,
  ): ClassificationStepResult => {
    const pixels: tf.Tensor4D = tf.div(tf.cast(images, "float32"), 255);
    const viewed = view.apply(pixels, viewParameters);
    const ofView = { images: viewed, labels: task.targets(labels, supervisedClassCount(own.params)) };
    const { images: seen, labels: targets } = mix?.apply(viewed, ofView.labels, mixParameters) ?? ofView;
    const taught = teacher?.(frozen, seen);
    const represent = () =>
      classifier.represent({ ...frozen.params, ...own.params }, { ...frozen.state, ...own.state }, seen, apply);
    // Where the head alone learns, the network runs before the tape does, and keeps no activation for it.
    const headAlone = Object.keys(own.params).every((path) => path.startsWith(`${supervisedHeadPath}/`));
    const before = headAlone ? represent() : undefined;
    const { value, gradients, missing, auxiliary } = lossAndGradients(own.params, () => {
      const { features, state } = before ?? represent();
      const logits = applySupervisedHead(own.params, features);
      const measured: Record<string, tf.Scalar> = task.accuracy ? { accuracy: task.accuracy(logits, targets) } : {};
      return { loss: task.loss(logits, targets, taught), auxiliary: { state, measured } };
    });
    if (missing.length > 0) throw noGradient([...missing], Object.keys(own.params).length);
    const count: tf.Scalar = tf.cast(own.step, "float32");
    const mean = communicator.allReduceMean(gradients);
    const [updates, optimizerState] = optimizer.update(mean, own.optimizerState, own.params, count);
    return {
      state: {
        params: applyUpdates(own.params, updates),
        state: Object.fromEntries(Object.keys(own.state).map((path) => [path, auxiliary.state[path] as tf.Tensor])),
        optimizerState,
        step: tf.add<tf.Scalar>(own.step, tf.scalar(1, "int32")),
      },
      metrics: communicator.allReduceMean({ loss: value, ...auxiliary.measured }),
    };
  };
  // The step owns what it makes on the way; all but its result is freed here.
  const tidied: typeof step = (...inputs) =>
    tf.tidy(() => step(...inputs) as ClassificationStepResult & tf.TensorContainer);
  return tidied;
}

function noGradient(paths: string[], count: number) {
  return simclrError(
    "SIMCLR_ERROR__EVALUATION__NO_GRADIENT",
    { paths },
    {
      expected: "a loss that depends on every parameter that learns",
      received: `none for ${paths.length} of ${count}: ${paths.slice(0, 3).join(", ")}`,
      remedy: "Use the parameter in the backbone's apply, or leave it out of its init.",
    },
  );
}
