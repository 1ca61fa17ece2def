import {
  type ApplyOptions,
  type BatchNormStatistics,
  batchNorm,
  dense,
  type ModelVariables,
  normalInitializer,
  type Parameters,
  parameter,
  type RandomKey,
  type Shapes,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** A dense layer, its batch norm if it has one, and perhaps a ReLU. */
export interface DenseNorm {
  /** From 1. Its variables lie at `dense{number}/kernel` and `bias`, `norm{number}/scale`, `offset`, `mean`, `variance`. */
  readonly number: number;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly norm: "scale and offset" | "scale" | "none";
  readonly relu: boolean;
  /** Whether the dense layer has a bias; one before a batch norm would have no effect. */
  readonly bias: boolean;
}

export function denseNormShapes({ number, inputSize, outputSize, norm, bias }: DenseNorm): VariableShapes {
  const size = [outputSize];
  return {
    params: {
      [`dense${number}/kernel`]: [inputSize, outputSize],
      ...(bias && { [`dense${number}/bias`]: size }),
      ...(norm !== "none" && { [`norm${number}/scale`]: size }),
      ...(norm === "scale and offset" && { [`norm${number}/offset`]: size }),
    },
    state: norm === "none" ? {} : { [`norm${number}/mean`]: size, [`norm${number}/variance`]: size },
  };
}

export function initDenseNorm(layer: DenseNorm, key: RandomKey): ModelVariables {
  const { params, state } = denseNormShapes(layer);
  return {
    params: allocate(params, (name, shape) =>
      name === "kernel" ? normalInitializer(key, shape) : name === "scale" ? tf.ones([...shape]) : tf.zeros([...shape]),
    ),
    state: allocate(state, (name, shape) => (name === "variance" ? tf.ones([...shape]) : tf.zeros([...shape]))),
  };
}

function allocate(shapes: Shapes, make: (name: string, shape: readonly number[]) => tf.Tensor): Parameters {
  const named = (path: string) => path.slice(path.indexOf("/") + 1);
  return Object.fromEntries(Object.entries(shapes).map(([path, shape]) => [path, make(named(path), shape)]));
}

export function applyDenseNorm(
  { number, norm, relu, bias }: DenseNorm,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor2D,
  options: ApplyOptions & { readonly decay: number },
): { readonly output: tf.Tensor2D; readonly state: Parameters } {
  const kernel = parameter(params, `dense${number}/kernel`) as tf.Tensor2D;
  const product = bias ? dense(x, kernel, parameter(params, `dense${number}/bias`) as tf.Tensor1D) : dense(x, kernel);
  const activated = (y: tf.Tensor2D) => (relu ? tf.relu(y) : y);
  if (norm === "none") return { output: activated(product), state: {} };
  const [mean, variance] = [`norm${number}/mean`, `norm${number}/variance`] as const;
  const running = { mean: parameter(state, mean), variance: parameter(state, variance) } as BatchNormStatistics;
  const { output, statistics } = batchNorm(product, running, {
    ...options,
    scale: parameter(params, `norm${number}/scale`) as tf.Tensor1D,
    ...(norm === "scale and offset" && { offset: parameter(params, `norm${number}/offset`) as tf.Tensor1D }),
  });
  return { output: activated(output), state: { [mean]: statistics.mean, [variance]: statistics.variance } };
}
