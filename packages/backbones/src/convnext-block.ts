import { type Parameters, parameter } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { gelu } from "./gelu.js";
import { applyLayerNorm, layerNormVariables } from "./layer-norm.js";
import { applyLinear, linearVariables } from "./linear-layer.js";
import type { Variable } from "./variables.js";

const kernelSize = 7;
const expansion = 4;

export function convNextBlockVariables(path: string, width: number, layerScale: number): Variable[] {
  return [
    { path: `${path}/depthwise/kernel`, shape: [kernelSize, kernelSize, width, 1], initial: "small-normal" },
    { path: `${path}/depthwise/bias`, shape: [width], initial: "zeros" },
    ...layerNormVariables(`${path}/norm`, width),
    ...linearVariables(`${path}/dense1`, width, expansion * width),
    ...linearVariables(`${path}/dense2`, expansion * width, width),
    { path: `${path}/layerScale`, shape: [width], initial: { constant: layerScale } },
  ];
}

/** x + layerScale * dense2(gelu(dense1(norm(depthwise 7x7 of x)))) (Liu et al. 2022, figure 4) */
export function applyConvNextBlock(path: string, params: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const kernel = parameter(params, `${path}/depthwise/kernel`) as tf.Tensor4D;
    const spatial = tf.add<tf.Tensor4D>(
      tf.depthwiseConv2d(x, kernel, 1, "same"),
      parameter(params, `${path}/depthwise/bias`),
    );
    const hidden = gelu(applyLinear(`${path}/dense1`, params, applyLayerNorm(`${path}/norm`, params, spatial)));
    const branch = tf.mul(applyLinear(`${path}/dense2`, params, hidden), parameter(params, `${path}/layerScale`));
    return tf.add<tf.Tensor4D>(x, branch);
  });
}
