import { type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "./variables.js";

const epsilon = 1e-6;

export function layerNormVariables(path: string, channels: number): Variable[] {
  return [
    { path: `${path}/scale`, shape: [channels], initial: "ones" },
    { path: `${path}/offset`, shape: [channels], initial: "zeros" },
  ];
}

/**
 * scale * (x - mean) / sqrt(variance + 1e-6) + offset, with the mean and the biased variance of x's last axis, in
 * training and inference alike (Ba et al. 2016). Epsilon is that of timm's and torchvision's transformers and ConvNeXts.
 */
export function applyLayerNorm<T extends tf.Tensor>(path: string, params: Parameters, x: T): T {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = tf.mul(normalized, parameter(params, `${path}/scale`));
    return tf.add(scaled, parameter(params, `${path}/offset`)) as T;
  });
}
