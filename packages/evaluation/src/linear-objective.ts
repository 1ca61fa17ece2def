import { type Compile, disposeTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "./features.js";
import type { Objective } from "./lbfgs.js";

// Rows in one call of the compiled function: logits of a thousand classes take 64 MiB.
const blockRows = 16384;

/** The data's part of a linear classifier's objective, with the features in the backend until it is disposed of. */
export interface LinearObjective {
  /** Mean loss of all rows and its gradient, at `[kernel, bias]`: `(size + 1) * classCount` numbers, row by row. */
  readonly evaluate: Objective;
  dispose(): void;
}

/** What differs from one loss to another. */
export interface LinearLoss<Rows extends Features> {
  readonly name: string;
  /** The targets of rows `start` to `end`, as the loss takes them. */
  readonly targets: (rows: Rows, start: number, end: number) => tf.Tensor;
  /** The sum of the rows' losses, and its derivative by the logits. */
  readonly compute: (logits: tf.Tensor2D, targets: tf.Tensor) => { loss: tf.Tensor; error: tf.Tensor2D };
}

/**
 * The mean of a loss of a linear classifier over the rows of several sets, which are not copied into one. Tensors do the
 * work, block by block in float32; blocks are summed in double precision.
 */
export function linearObjective<Rows extends Features>(
  { name, targets, compute }: LinearLoss<Rows>,
  sets: readonly Rows[],
  classCount: number,
  compile: Compile,
): LinearObjective {
  const size = (sets[0] as Rows).size;
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const blocks = sets.flatMap((set) =>
    Array.from({ length: Math.ceil(set.count / blockRows) }, (_, block) => {
      const [start, end] = [block * blockRows, Math.min(set.count, (block + 1) * blockRows)];
      const x = tf.tensor2d(set.values.subarray(start * size, end * size), [end - start, size]);
      return { x, targets: targets(set, start, end) };
    }),
  );
  const ofBlock = compile(
    (kernel: tf.Tensor2D, bias: tf.Tensor1D, block: { x: tf.Tensor2D; targets: tf.Tensor }) => {
      const { loss, error } = compute(tf.add(tf.matMul(block.x, kernel), bias), block.targets);
      return { loss, gradient: tf.concat([tf.matMul(block.x, error, true), tf.sum(error, 0, true)]) };
    },
    { name },
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
