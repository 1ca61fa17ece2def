import type { Backbone, Compile, Compiled, CompileOptions, Parameters } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import { modelOutput } from "./model-output.js";

/** Images `[batch, height, width, channels]` in [0, 1] to features `[batch, featureSize]`, owned by the caller. */
export type Encode = (images: tf.Tensor4D) => tf.Tensor2D;

export type CompiledEncoder = Compiled<[params: Parameters, batchStats: Parameters, images: tf.Tensor4D], tf.Tensor2D>;

/** A backbone in inference mode with its parameters as arguments: compiled once, it serves a whole run's parameters. */
export function compileEncoder(backbone: Backbone, compile: Compile, options?: CompileOptions): CompiledEncoder {
  const encode = (params: Parameters, batchStats: Parameters, images: tf.Tensor4D) => {
    const { outputs } = backbone.apply(params, batchStats, images, { training: false });
    return modelOutput(backbone, outputs, "features") as tf.Tensor2D;
  };
  return compile(encode, { name: "encode", ...options });
}
