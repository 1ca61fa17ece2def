import * as tf from "@tensorflow/tfjs-core";
import { normal, truncatedNormal } from "./random.js";
import type { RandomKey } from "./random-key.js";

/** The standard deviation of a standard normal distribution that was cut at two standard deviations. */
const truncatedStandardDeviation = 0.87962566103423978;

/**
 * A convolution kernel from a truncated normal distribution of variance 1 / fanIn.
 *
 * @param shape `[height, width, inputChannels, outputChannels]`; fanIn is the product of all but the last
 * @see google-research/simclr@383d414 resnet.py, `variance_scaling_initializer()`: scale 1, fan_in, truncated normal
 */
export function varianceScaling(key: RandomKey, shape: readonly number[]): tf.Tensor {
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const standardDeviation = Math.sqrt(1 / fanIn) / truncatedStandardDeviation;
  return fromDraws(truncatedNormal(key, sizeOf(shape), 0, standardDeviation), shape);
}

/**
 * A kernel of a dense layer from N(0, standardDeviation^2).
 *
 * @see google-research/simclr@383d414 model_util.py, `random_normal_initializer(stddev=0.01)`
 */
export function normalInitializer(key: RandomKey, shape: readonly number[], standardDeviation = 0.01): tf.Tensor {
  return fromDraws(normal(key, sizeOf(shape), 0, standardDeviation), shape);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function fromDraws(draws: Float64Array, shape: readonly number[]): tf.Tensor {
  return tf.tensor(Float32Array.from(draws), [...shape], "float32");
}
