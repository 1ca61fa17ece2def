import { convolution, type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "./variables.js";

/** A gate for every channel, told from all channels' means (Hu et al. 2018). */
export interface SqueezeExcite {
  readonly path: string;
  readonly channels: number;
  readonly squeezedChannels: number;
}

/**
 * @param blockChannels those of the block's 3x3 convolution, which the reference takes the ratio of
 * @see google-research/simclr@383d414 resnet.py, `se_layer`
 */
export function squeezeExcite(path: string, channels: number, blockChannels: number, ratio: number): SqueezeExcite {
  const squeezedChannels = Math.max(1, Math.floor(blockChannels * ratio));
  return { path: `${path}/squeezeExcite`, channels, squeezedChannels };
}

export function squeezeExciteVariables({ path, channels, squeezedChannels }: SqueezeExcite): Variable[] {
  return [
    { path: `${path}/reduce/kernel`, shape: [1, 1, channels, squeezedChannels], initial: "variance-scaling" },
    { path: `${path}/reduce/bias`, shape: [squeezedChannels], initial: "zeros" },
    { path: `${path}/expand/kernel`, shape: [1, 1, squeezedChannels, channels], initial: "variance-scaling" },
    { path: `${path}/expand/bias`, shape: [channels], initial: "zeros" },
  ];
}

/** sigmoid(expand(relu(reduce(mean over height and width of x)))) * x */
export function applySqueezeExcite({ path }: SqueezeExcite, params: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  const layer = (input: tf.Tensor4D, name: string) =>
    tf.add<tf.Tensor4D>(
      convolution(input, parameter(params, `${path}/${name}/kernel`) as tf.Tensor4D),
      parameter(params, `${path}/${name}/bias`),
    );
  const squeezed = tf.relu(layer(tf.mean<tf.Tensor4D>(x, [1, 2], true), "reduce"));
  return tf.mul<tf.Tensor4D>(tf.sigmoid(layer(squeezed, "expand")), x);
}
