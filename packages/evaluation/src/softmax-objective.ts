import { type Compile, disposeTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { LabelledFeatures } from "./features.js";
import type { Objective } from "./lbfgs.js";

// Rows in one call of the compiled function: logits of a thousand classes take 64 MiB.
const blockRows = 16384;

/** The data's part of a logistic regression's objective, with the features in the backend until it is disposed of. */
export interface SoftmaxObjective {
  /** Mean cross entropy of all rows and its gradient, at `[kernel, bias]`: `(size + 1) * classCount` numbers, row by row. */
  readonly evaluate: Objective;
  dispose(): void;
}

/**
 * Mean cross entropy of a linear classifier over the rows of several sets, which are not copied into one. Tensors do the
 * work, block by block in float32; blocks are summed in double precision.
 */
export function softmaxObjective(
  sets: readonly LabelledFeatures[],
  classCount: number,
  compile: Compile,
): SoftmaxObjective {
  const size = (sets[0] as LabelledFeatures).size;
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const blocks = sets.flatMap(({ values, labels, ...set }) =>
    Array.from({ length: Math.ceil(set.count / blockRows) }, (_, block) => {
      const [start, end] = [block * blockRows, Math.min(set.count, (block + 1) * blockRows)];
      return {
        x: tf.tensor2d(values.subarray(start * size, end * size), [end - start, size]),
        labels: tf.tensor1d(labels.subarray(start, end), "int32"),
      };
    }),
  );
  const ofBlock = compile(
    (kernel: tf.Tensor2D, bias: tf.Tensor1D, { x, labels }: { x: tf.Tensor2D; labels: tf.Tensor1D }) => {
      const logits = tf.add(tf.matMul(x, kernel), bias) as tf.Tensor2D;
      const target = tf.oneHot(labels, classCount, 1, 0, "float32") as tf.Tensor2D;
      const error = tf.sub(tf.softmax(logits), target) as tf.Tensor2D;
      const loss = tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits))));
      return { loss, gradient: tf.concat([tf.matMul(x, error, true), tf.sum(error, 0, true)]) };
    },
    { name: "logisticRegression" },
  );
  const evaluate: Objective = async (at) => {
    const kernel = tf.tensor2d(Float32Array.from(at.subarray(0, size * classCount)), [size, classCount]);
    const bias = tf.tensor1d(Float32Array.from(at.subarray(size * classCount)));
    const total = { value: 0, gradient: new Float64Array(at.length) };
    try {
      for (const block of blocks) {
        const parts = await ofBlock.async(kernel, bias, block);
        const [[loss], gradient] = await Promise.all([parts.loss.data(), parts.gradient.data()]);
        disposeTree(parts);
        total.value += (loss as number) / count;
        gradient.forEach((g, i) => {
          total.gradient[i] = (total.gradient[i] as number) + g / count;
        });
      }
    } finally {
      disposeTree([kernel, bias]);
    }
    return total;
  };
  return {
    evaluate,
    dispose: () => {
      ofBlock.dispose();
      disposeTree(blocks);
    },
  };
}
