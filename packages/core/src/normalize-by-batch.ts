import * as tf from "@tensorflow/tfjs-core";
import type { Communicator } from "./communicator.js";

interface Normalized<T extends tf.Tensor> {
  readonly output: T;
  readonly mean: tf.Tensor1D;
  /** The biased variance, divided by n. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalizes by the batch's own statistics, with the gradient in closed form:
 *
 *     dx = scale / sigma * (dy - mean(dy) - xhat * mean(dy * xhat)),  dscale = sum(dy * xhat),  doffset = sum(dy)
 *
 * TensorFlow.js composes this gradient from some eighty operations and peaks at 27 times the activation's memory.
 * Where the backend has the kernels FusedBatchNormV3 and FusedBatchNormGradV3, which @simclr/runtime registers, they
 * are used; everywhere else, and across replicas, the composed form below.
 *
 * Mean and variance are for the running statistics and carry no gradient.
 */
export function normalizeByBatch<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon: number,
  communicator: Communicator,
): Normalized<T> {
  const fused = communicator.size === 1 && tf.getKernel("FusedBatchNormV3", tf.getBackend()) !== undefined;
  return fused ? fusedForm(x, scale, offset, epsilon) : composedForm(x, scale, offset, epsilon, communicator);
}

function fusedForm<T extends tf.Tensor>(x: T, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number): Normalized<T> {
  const channels = scale.shape[0];
  const count = x.size / channels;
  // The kernel wants images; a batch of vectors is a batch of images of one pixel.
  const asImages = (t: tf.Tensor) => (t.rank === 4 ? t : tf.reshape(t, [-1, 1, 1, channels]));
  const results = tf
    .engine()
    .runKernel("FusedBatchNormV3", { x: asImages(x), scale, offset }, { epsilon }) as unknown as tf.Tensor[];
  const [y, mean, unbiasedVariance, ...reserved] = results as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, ...tf.Tensor[]];
  // The kernel's outputs above are not on the path of the gradient; this one is, and keeps what its gradient needs.
  const attach = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [xIn, scaleIn, , save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([xIn, scaleIn, ...reserved]);
    return {
      value: tf.reshape(y, x.shape),
      gradFunc: (dy: tf.Tensor, [xSaved, scaleSaved, ...reservedSaved]: tf.Tensor[]) => {
        const inputs = {
          dy: asImages(dy),
          x: asImages(xSaved as tf.Tensor),
          scale: scaleSaved as tf.Tensor,
          ...Object.fromEntries(reservedSaved.map((r, i) => [`reserved${i + 1}`, r])),
        };
        const gradients = tf.engine().runKernel("FusedBatchNormGradV3", inputs, { epsilon }) as unknown as tf.Tensor[];
        const [dx, dscale, doffset] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor];
        return [tf.reshape(dx, x.shape), dscale, doffset];
      },
    };
  });
  return {
    output: attach(x, scale, offset) as T,
    mean,
    variance: tf.mul(unbiasedVariance, Math.max(count - 1, 1) / count),
  };
}

function composedForm<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon: number,
  communicator: Communicator,
): Normalized<T> {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const { mean: ownMean, variance: ownVariance } = tf.moments(x, axes);
  const mean = communicator.allReduceMean(ownMean) as tf.Tensor1D;
  // Over replicas: the mean of the variances plus the variance of the means.
  const spread = communicator.size === 1 ? ownVariance : tf.add(ownVariance, tf.square(tf.sub(mean, ownMean)));
  const variance = communicator.allReduceMean(spread) as tf.Tensor1D;
  const attach = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [xIn, scaleIn, offsetIn, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normalized = tf.mul(tf.sub(xIn, mean), inverse);
    save([xIn, scaleIn, mean, inverse]);
    return {
      value: tf.add(tf.mul(normalized, scaleIn), offsetIn),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [xSaved, scaleSaved, meanSaved, inverseSaved] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const xhat = tf.mul(tf.sub(xSaved, meanSaved), inverseSaved);
        const dyXhat = tf.mul(dy, xhat);
        const means = communicator.allReduceMean([tf.mean(dy, axes), tf.mean(dyXhat, axes)]);
        const [meanDy, meanDyXhat] = means as [tf.Tensor, tf.Tensor];
        const centred = tf.sub(tf.sub(dy, meanDy), tf.mul(xhat, meanDyXhat));
        return [tf.mul(centred, tf.mul(scaleSaved, inverseSaved)), tf.sum(dyXhat, axes), tf.sum(dy, axes)];
      },
    };
  });
  return { output: attach(x, scale, offset) as T, mean, variance };
}
