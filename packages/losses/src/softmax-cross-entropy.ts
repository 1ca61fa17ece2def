import * as tf from "@tensorflow/tfjs-core";

/**
 * The mean over rows of `-log softmax(logits)[target]`, with its gradient in closed form, `(softmax - target) / rows`.
 *
 * The row's maximum is subtracted before anything else, from the target's logit too: what is left of two logits of
 * size 1000 that differ by 1e-3 is 1e-3, where a log-sum-exp minus a logit would round it to a multiple of 6e-5.
 *
 * @param logits `[rows, classes]`; finite
 * @param target `[rows, classes]`, a 1 in each row, or shares that sum to 1; gets no gradient
 * @returns a scalar; borrows its arguments
 * @example
 * ```ts
 * import { softmaxCrossEntropy } from "@simclr/losses";
 * import * as tf from "@tensorflow/tfjs-core";
 * const target = tf.oneHot([0], 2, 1, 0, "float32") as tf.Tensor2D;
 * const loss = softmaxCrossEntropy(tf.tensor2d([[0, 0]]), target); // ln 2
 * ```
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  const rows = logits.shape[0];
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const { losses, probabilities } = softmaxRows(x, target);
    save([probabilities, target]);
    return {
      value: tf.div(tf.sum(losses), rows),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [probabilitiesSaved, targetSaved] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(tf.sub(probabilitiesSaved, targetSaved), tf.div(dy, rows));
      },
    };
  });
  return compute(logits) as tf.Scalar;
}

/** Each row's `-log softmax(logits)[target]`, and its softmax. */
function softmaxRows(logits: tf.Tensor, target: tf.Tensor2D) {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const partition = tf.sum(exponentials, 1, true);
  const losses = tf.sub<tf.Tensor1D>(tf.log(tf.squeeze(partition, [1])), tf.sum(tf.mul(shifted, target), 1));
  return { losses, probabilities: tf.div<tf.Tensor2D>(exponentials, partition) };
}
