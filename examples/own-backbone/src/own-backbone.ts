import {
  type Backbone,
  batchNorm,
  convolution,
  foldIn,
  type Parameters,
  parameter,
  varianceScaling,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** As many convolutions with stride 2, batch norm and ReLU as numbers of channels; the average over height and width. */
export function plainNetwork({ channels }: { readonly channels: readonly number[] }): Backbone {
  const layers = channels.map((outputs, i) => ({ at: `layer${i}`, inputs: channels[i - 1] ?? 3, outputs }));
  return {
    // Enough to build the network again: checkpoints keep it.
    spec: { kind: "plain-network", channels: [...channels] },
    featureSize: channels.at(-1) as number,
    init: (key) => ({
      params: named(layers, ({ at, inputs, outputs }) => ({
        [`${at}/kernel`]: varianceScaling(foldIn(key, at), [3, 3, inputs, outputs]),
        [`${at}/norm/scale`]: tf.ones([outputs]),
        [`${at}/norm/offset`]: tf.zeros([outputs]),
      })),
      state: named(layers, ({ at, outputs }) => ({
        [`${at}/norm/mean`]: tf.zeros([outputs]),
        [`${at}/norm/variance`]: tf.ones([outputs]),
      })),
    }),
    apply: (params, state, images, options) =>
      tf.tidy(() => {
        const next: Record<string, tf.Tensor> = {};
        const outputs: Record<string, tf.Tensor> = {};
        let x = images as tf.Tensor4D;
        for (const { at } of layers) {
          const { output, statistics } = batchNorm(
            convolution(x, parameter(params, `${at}/kernel`) as tf.Tensor4D, 2),
            { mean: vector(state, `${at}/norm/mean`), variance: vector(state, `${at}/norm/variance`) },
            { ...options, scale: vector(params, `${at}/norm/scale`), offset: vector(params, `${at}/norm/offset`) },
          );
          x = tf.relu(output);
          outputs[at] = x;
          next[`${at}/norm/mean`] = statistics.mean;
          next[`${at}/norm/variance`] = statistics.variance;
        }
        return { outputs: { ...outputs, features: tf.mean(x, [1, 2]) }, state: next };
      }),
  };
}

const vector = (parameters: Parameters, path: string) => parameter(parameters, path) as tf.Tensor1D;

function named<Layer>(layers: readonly Layer[], variables: (layer: Layer) => Parameters): Parameters {
  return Object.assign({}, ...layers.map(variables));
}
