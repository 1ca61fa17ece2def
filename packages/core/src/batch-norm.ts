import * as tf from "@tensorflow/tfjs-core";
import { type Communicator, oneProcess } from "./communicator.js";
import { normalizeByBatch } from "./normalize-by-batch.js";
import { assertShape } from "./shapes.js";

export interface BatchNormStatistics {
  /** Running mean, `[channels]`. */
  readonly mean: tf.Tensor1D;
  /** Running variance, `[channels]`. */
  readonly variance: tf.Tensor1D;
}

export interface BatchNormOptions {
  readonly training: boolean;
  /** `[channels]`; without it the scale is 1. */
  readonly scale?: tf.Tensor1D;
  /** `[channels]`; without it the offset is 0. */
  readonly offset?: tf.Tensor1D;
  /** running = decay * running + (1 - decay) * batch. Default 0.9, the reference's `batch_norm_decay`; PyTorch's momentum is 1 - decay. */
  readonly decay?: number;
  /** Default 1e-5, the reference's `BATCH_NORM_EPSILON`. */
  readonly epsilon?: number;
  /**
   * The variance that enters the running statistics: `"biased"` divides by n, as the reference's global batch norm
   * does; `"unbiased"` by n - 1, as PyTorch and TensorFlow's fused kernel do. The output always uses the biased one.
   */
  readonly runningVariance?: "biased" | "unbiased";
  readonly communicator?: Communicator;
}

/**
 * Batch normalization over all axes but the last: `scale * (x - mean) / sqrt(variance + epsilon) + offset`.
 *
 * In training mean and variance are the batch's, over all replicas, and the running statistics come back updated;
 * otherwise they are the running ones, which come back as they are.
 *
 * @param x `[batch, channels]` or `[batch, height, width, channels]`
 * @returns the output, of x's shape, and the statistics; borrows its arguments
 * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH for a scale, offset or statistic that is not `[channels]`
 * @see Ioffe and Szegedy 2015; google-research/simclr@383d414 resnet.py, `BatchNormRelu`
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { batchNorm } from "@simclr/core";
 * const running = { mean: tf.zeros<tf.Rank.R1>([8]), variance: tf.ones<tf.Rank.R1>([8]) };
 * const { output, statistics } = batchNorm(tf.randomNormal([4, 8]), running, { training: true });
 * ```
 */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  running: BatchNormStatistics,
  options: BatchNormOptions,
): { output: T; statistics: BatchNormStatistics } {
  const { training, decay = 0.9, epsilon = 1e-5, runningVariance = "biased", communicator = oneProcess } = options;
  const channels = x.shape.at(-1) as number;
  for (const [name, tensor] of Object.entries({ ...running, scale: options.scale, offset: options.offset })) {
    if (tensor) assertShape(name, tensor, [channels]);
  }
  return tf.tidy(() => {
    const scale = options.scale ?? tf.ones<tf.Rank.R1>([channels]);
    const offset = options.offset ?? tf.zeros<tf.Rank.R1>([channels]);
    if (!training) {
      const factor = tf.mul(scale, tf.rsqrt(tf.add(running.variance, epsilon)));
      const output = tf.add(tf.mul(x, factor), tf.sub(offset, tf.mul(running.mean, factor)));
      return { output: output as T, statistics: running as typeof running & tf.TensorContainerObject };
    }
    const { output, mean, variance } = normalizeByBatch(x, scale, offset, epsilon, communicator);
    const count = (x.size / channels) * communicator.size;
    const correction = runningVariance === "unbiased" ? count / Math.max(count - 1, 1) : 1;
    const follow = (old: tf.Tensor1D, now: tf.Tensor1D, factor: number) =>
      tf.add<tf.Tensor1D>(tf.mul(old, decay), tf.mul(now, (1 - decay) * factor));
    return {
      output,
      statistics: { mean: follow(running.mean, mean, 1), variance: follow(running.variance, variance, correction) },
    };
  });
}
