import type { Compile } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { binaryCrossEntropies } from "./binary-cross-entropies.js";
import type { Features } from "./features.js";
import { type LinearLoss, type LinearObjective, linearObjective } from "./linear-objective.js";

/** Features of which every row may show several classes. */
export interface MultiLabelFeatures extends Features {
  /** `[count, classCount]`: 1 shows it, 0 does not, -1 is left out of everything. */
  readonly truth: Int8Array;
}

/**
 * Binary cross entropies of a linear classifier, summed over the classes, mean over the rows: one logistic regression for
 * each class, side by side. What is -1 in the truth has no part in it.
 */
export function sigmoidObjective(
  sets: readonly MultiLabelFeatures[],
  classCount: number,
  compile: Compile,
): LinearObjective {
  const loss: LinearLoss<MultiLabelFeatures> = {
    name: "multiLabelLogisticRegression",
    targets: ({ truth }, start, end) => {
      const rows = Float32Array.from(truth.subarray(start * classCount, end * classCount));
      return tf.tensor2d(rows, [end - start, classCount]);
    },
    compute: (logits, truth) => {
      const { losses, errors } = binaryCrossEntropies(logits, truth as tf.Tensor2D);
      return { loss: tf.sum(losses), error: errors };
    },
  };
  return linearObjective(loss, sets, classCount, compile);
}
