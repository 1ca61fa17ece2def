import { convolution, type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import {
  applyConvolutionNorm,
  type ConvolutionNorm,
  convolutionNormVariables,
  type LayerResult,
  type RunOptions,
} from "./convolution-norm.js";
import type { Variable } from "./variables.js";

/** Two 3x3 convolutions of which every channel of every image takes its own mixture (Li et al. 2019). */
export interface SelectiveKernel {
  /** Both streams in one convolution, of twice the channels. */
  readonly streams: ConvolutionNorm;
  /** From the pooled streams to what the mixture is told from. */
  readonly squeeze: ConvolutionNorm;
  /** Where the kernel lies that gives both streams' logits. */
  readonly mixing: string;
}

const smallestSqueeze = 32;

/**
 * The selective kernel in place of the 3x3 convolution `layer`.
 *
 * @param ratio the squeezed channels, `max(floor(outputChannels * ratio), 32)`
 * @see google-research/simclr@383d414 resnet.py, `sk_conv2d`, `min_dim`
 */
export function selectiveKernel(layer: ConvolutionNorm, ratio: number): SelectiveKernel {
  const { outputChannels } = layer;
  const at = `${layer.path}/selection`;
  const squeezed = Math.max(Math.floor(outputChannels * ratio), smallestSqueeze);
  const pointwise = { ...layer, path: at, number: 1, kernelSize: 1, stride: 1 };
  return {
    streams: { ...layer, outputChannels: 2 * outputChannels },
    squeeze: { ...pointwise, inputChannels: outputChannels, outputChannels: squeezed },
    mixing: `${at}/conv2/kernel`,
  };
}

export function selectiveKernelVariables({ streams, squeeze, mixing }: SelectiveKernel): Variable[] {
  const shape = [1, 1, squeeze.outputChannels, streams.outputChannels];
  const convolutions = [streams, squeeze].flatMap(convolutionNormVariables);
  return [...convolutions, { path: mixing, shape, initial: "variance-scaling" }];
}

/** sum over s of softmax_s(logits) * stream_s, the softmax over the two streams. */
export function applySelectiveKernel(
  { streams, squeeze, mixing }: SelectiveKernel,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  run: RunOptions,
): LayerResult {
  const both = applyConvolutionNorm(streams, params, state, x, run);
  const [first, second] = tf.split(both.output, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  const pooled = tf.mean<tf.Tensor4D>(tf.add(first, second), [1, 2], true);
  const squeezed = applyConvolutionNorm(squeeze, params, state, pooled, run);
  const logits = convolution(squeezed.output, parameter(params, mixing) as tf.Tensor4D);
  const [firstLogit, secondLogit] = tf.split(logits, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  // A softmax over two is a sigmoid of their difference.
  const share = tf.sigmoid(tf.sub(firstLogit, secondLogit));
  const output = tf.add<tf.Tensor4D>(second, tf.mul(share, tf.sub(first, second)));
  return { output, state: { ...both.state, ...squeezed.state } };
}
