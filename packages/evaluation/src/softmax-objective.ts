import type { Compile } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { LabelledFeatures } from "./features.js";
import { type LinearLoss, type LinearObjective, linearObjective } from "./linear-objective.js";

/** Mean cross entropy of a linear classifier over the rows of several sets: each row is of one class. */
export function softmaxObjective(
  sets: readonly LabelledFeatures[],
  classCount: number,
  compile: Compile,
): LinearObjective {
  const loss: LinearLoss<LabelledFeatures> = {
    name: "logisticRegression",
    targets: ({ labels }, start, end) => tf.tensor1d(labels.subarray(start, end), "int32"),
    compute: (logits, labels) => {
      const target = tf.oneHot(labels, classCount, 1, 0, "float32") as tf.Tensor2D;
      const error = tf.sub(tf.softmax(logits), target) as tf.Tensor2D;
      return { loss: tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)))), error };
    },
  };
  return linearObjective(loss, sets, classCount, compile);
}
