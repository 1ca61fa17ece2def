import { lossAndGradients as anyLossAndGradients, disposeTree, mapTree, type Parameters } from "@simclr/core";
import type { ContrastiveLoss } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "./loss-and-gradients.js";
import type { EncodedViews } from "./network.js";

export interface CachedGradients {
  readonly loss: tf.Scalar;
  readonly gradients: Parameters;
  /** Of the whole batch, in its order. */
  readonly encoded: EncodedViews;
}

/**
 * The gradient of a loss over a whole batch, with the activations of one chunk of it in memory at a time (GradCache):
 *
 *     1. z_c = f(x_c) for every chunk c, without a tape
 *     2. the loss of all z, and g = d loss / d z
 *     3. for every chunk, f(x_c) again, with a tape, and the gradient of sum(z_c * g_c); their sum is the gradient
 *
 * The chain rule alone: equal to the gradient of one pass, to rounding, for a network that treats images one by one. It
 * costs a second forward pass.
 *
 * @param encode runs the network on a chunk, given the batch statistics before it
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT
 * @see Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup", section 3
 */
export function cachedGradients(
  params: Parameters,
  batchStats: Parameters,
  chunkCount: number,
  encode: (chunk: number, batchStats: Parameters) => EncodedViews,
  loss: ContrastiveLoss,
): CachedGradients {
  const chunks: EncodedViews[] = [];
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const before = chunks.at(-1)?.batchStats ?? batchStats;
    chunks.push(tf.tidy(() => encode(chunk, before)));
  }
  const joined = (part: Exclude<keyof EncodedViews, "batchStats">): tf.Tensor2D =>
    tf.concat(chunks.map((c) => c[part]));
  const encoded: EncodedViews = {
    featuresA: joined("featuresA"),
    featuresB: joined("featuresB"),
    projectionsA: joined("projectionsA"),
    projectionsB: joined("projectionsB"),
    batchStats: chunks.at(-1)?.batchStats ?? batchStats,
  };
  const { projectionsA, projectionsB } = encoded;
  const projections = { projectionsA, projectionsB };
  const ofLoss = anyLossAndGradients(projections, () => ({ loss: loss(projectionsA, projectionsB), auxiliary: {} }));

  const rows = projectionsA.shape[0] / chunkCount;
  const sent = (name: keyof typeof projections, chunk: number): tf.Tensor2D => {
    const whole = ofLoss.gradients[name] ?? tf.zerosLike(projections[name]);
    return tf.slice(whole as tf.Tensor2D, [chunk * rows, 0], [rows, -1]);
  };
  let sum: Parameters | undefined;
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const before = sum;
    sum = tf.tidy(() => {
      const [toA, toB] = [sent("projectionsA", chunk), sent("projectionsB", chunk)];
      const { gradients } = lossAndGradients(params, () => {
        const again = encode(chunk, batchStats);
        const along = [tf.sum(tf.mul(again.projectionsA, toA)), tf.sum(tf.mul(again.projectionsB, toB))];
        return { loss: tf.addN(along as tf.Scalar[]), auxiliary: {} };
      });
      return before ? mapTree(gradients, (gradient, path) => tf.add(gradient, before[path] as tf.Tensor)) : gradients;
    });
    if (before) disposeTree(before);
  }
  return { loss: ofLoss.value, gradients: sum ?? {}, encoded };
}
