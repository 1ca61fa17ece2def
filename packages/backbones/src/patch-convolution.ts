import { type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "./variables.js";

/** The variables of a convolution over patches that do not overlap: kernel and stride of one size. */
export function patchConvolutionVariables(path: string, size: number, inputs: number, outputs: number): Variable[] {
  return [
    { path: `${path}/kernel`, shape: [size, size, inputs, outputs], initial: "small-normal" },
    { path: `${path}/bias`, shape: [outputs], initial: "zeros" },
  ];
}

/** @returns `[batch, floor(height / size), floor(width / size), outputs]`; rows and columns that fill no patch are left out */
export function applyPatchConvolution(path: string, params: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const kernel = parameter(params, `${path}/kernel`) as tf.Tensor4D;
    return tf.add<tf.Tensor4D>(tf.conv2d(x, kernel, kernel.shape[0], "valid"), parameter(params, `${path}/bias`));
  });
}
