import { type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "./variables.js";

export function linearVariables(path: string, inputs: number, outputs: number): Variable[] {
  return [
    { path: `${path}/kernel`, shape: [inputs, outputs], initial: "small-normal" },
    { path: `${path}/bias`, shape: [outputs], initial: "zeros" },
  ];
}

/** x W + b over the last axis of x, of any rank. */
export function applyLinear<T extends tf.Tensor>(path: string, params: Parameters, x: T): T {
  return tf.tidy(() => {
    const kernel = parameter(params, `${path}/kernel`) as tf.Tensor2D;
    const [inputs, outputs] = kernel.shape;
    const product = tf.matMul(tf.reshape(x, [-1, inputs]), kernel);
    return tf.reshape(tf.add(product, parameter(params, `${path}/bias`)), [...x.shape.slice(0, -1), outputs]) as T;
  });
}
