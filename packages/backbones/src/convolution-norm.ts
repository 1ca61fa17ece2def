import {
  type ApplyOptions,
  type BatchNormStatistics,
  batchNorm,
  convolution,
  type Parameters,
  parameter,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "./variables.js";

/** A convolution without bias, its batch norm and perhaps a ReLU: what every network of the reference is made of. */
export interface ConvolutionNorm {
  /** Where its variables lie: `{path}/conv{number}/kernel`, `{path}/norm{number}/scale`, ... */
  readonly path: string;
  readonly number: number;
  readonly kernelSize: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: number;
  readonly relu: boolean;
  readonly initialScale: 0 | 1;
}

export type RunOptions = ApplyOptions & { readonly decay: number };

export interface LayerResult {
  readonly output: tf.Tensor4D;
  readonly state: Parameters;
}

function paths({ path, number }: ConvolutionNorm) {
  const norm = `${path}/norm${number}`;
  return {
    kernel: `${path}/conv${number}/kernel`,
    scale: `${norm}/scale`,
    offset: `${norm}/offset`,
    mean: `${norm}/mean`,
    variance: `${norm}/variance`,
  };
}

export function convolutionNormVariables(layer: ConvolutionNorm): Variable[] {
  const at = paths(layer);
  const { kernelSize, inputChannels, outputChannels } = layer;
  const shape = [outputChannels];
  return [
    { path: at.kernel, shape: [kernelSize, kernelSize, inputChannels, outputChannels], initial: "variance-scaling" },
    { path: at.scale, shape, initial: layer.initialScale === 0 ? "zeros" : "ones" },
    { path: at.offset, shape, initial: "zeros" },
    { path: at.mean, shape, initial: "zeros", isState: true },
    { path: at.variance, shape, initial: "ones", isState: true },
  ];
}

export function applyConvolutionNorm(
  layer: ConvolutionNorm,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  options: RunOptions,
): LayerResult {
  const at = paths(layer);
  const running = { mean: parameter(state, at.mean), variance: parameter(state, at.variance) } as BatchNormStatistics;
  const { output, statistics } = batchNorm(
    convolution(x, parameter(params, at.kernel) as tf.Tensor4D, layer.stride),
    running,
    {
      ...options,
      scale: parameter(params, at.scale) as tf.Tensor1D,
      offset: parameter(params, at.offset) as tf.Tensor1D,
    },
  );
  return {
    output: layer.relu ? tf.relu(output) : output,
    state: { [at.mean]: statistics.mean, [at.variance]: statistics.variance },
  };
}
