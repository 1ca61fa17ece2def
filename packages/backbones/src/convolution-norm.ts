import {
  type ApplyOptions,
  type BatchNormStatistics,
  batchNorm,
  convolution,
  type ModelVariables,
  type Parameters,
  parameter,
  type RandomKey,
  varianceScaling,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

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

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** The shapes of a model's variables by path: what `init` would allocate. */
export interface VariableShapes {
  readonly params: Shapes;
  readonly state: Shapes;
}

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

export function convolutionNormShapes(layer: ConvolutionNorm): VariableShapes {
  const at = paths(layer);
  const { kernelSize, inputChannels, outputChannels } = layer;
  return {
    params: {
      [at.kernel]: [kernelSize, kernelSize, inputChannels, outputChannels],
      [at.scale]: [outputChannels],
      [at.offset]: [outputChannels],
    },
    state: { [at.mean]: [outputChannels], [at.variance]: [outputChannels] },
  };
}

export function initConvolutionNorm(layer: ConvolutionNorm, key: RandomKey): ModelVariables {
  const at = paths(layer);
  const { kernelSize, inputChannels, outputChannels } = layer;
  return {
    params: {
      [at.kernel]: varianceScaling(key, [kernelSize, kernelSize, inputChannels, outputChannels]),
      [at.scale]: tf.fill([outputChannels], layer.initialScale),
      [at.offset]: tf.zeros([outputChannels]),
    },
    state: { [at.mean]: tf.zeros([outputChannels]), [at.variance]: tf.ones([outputChannels]) },
  };
}

export function applyConvolutionNorm(
  layer: ConvolutionNorm,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  options: ApplyOptions & { readonly decay: number },
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
