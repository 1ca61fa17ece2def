import type { Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { gelu } from "./gelu.js";
import { applyLayerNorm, layerNormVariables } from "./layer-norm.js";
import { applyLinear, linearVariables } from "./linear-layer.js";
import type { Variable } from "./variables.js";

export interface TransformerBlock {
  readonly path: string;
  readonly width: number;
  readonly headCount: number;
  readonly hidden: number;
}

export function transformerBlockVariables({ path, width, hidden }: TransformerBlock): Variable[] {
  return [
    ...layerNormVariables(`${path}/norm1`, width),
    ...linearVariables(`${path}/attention/input`, width, 3 * width),
    ...linearVariables(`${path}/attention/output`, width, width),
    ...layerNormVariables(`${path}/norm2`, width),
    ...linearVariables(`${path}/dense1`, width, hidden),
    ...linearVariables(`${path}/dense2`, hidden, width),
  ];
}

/** y = x + attention(norm1(x)), then y + dense2(gelu(dense1(norm2(y)))): the norms come first, without dropout. */
export function applyTransformerBlock(block: TransformerBlock, params: Parameters, x: tf.Tensor3D): tf.Tensor3D {
  const { path } = block;
  return tf.tidy(() => {
    const y = tf.add<tf.Tensor3D>(x, attention(block, params, applyLayerNorm(`${path}/norm1`, params, x)));
    const hidden = gelu(applyLinear(`${path}/dense1`, params, applyLayerNorm(`${path}/norm2`, params, y)));
    return tf.add<tf.Tensor3D>(y, applyLinear(`${path}/dense2`, params, hidden));
  });
}

/** softmax(q k' / sqrt(channels of a head)) v in every head (Vaswani et al. 2017); q, k and v lie side by side, heads within. */
function attention({ path, width, headCount }: TransformerBlock, params: Parameters, x: tf.Tensor3D): tf.Tensor3D {
  const [batch, tokens] = x.shape;
  const channels = width / headCount;
  const heads = (t: tf.Tensor): tf.Tensor4D =>
    tf.transpose(tf.reshape(t, [batch, tokens, headCount, channels]), [0, 2, 1, 3]);
  const [q, k, v] = tf.split(applyLinear(`${path}/attention/input`, params, x), 3, -1).map(heads) as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const weights = tf.softmax(tf.matMul(tf.mul(q, 1 / Math.sqrt(channels)), k, false, true));
  const joined = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [batch, tokens, width]);
  return applyLinear(`${path}/attention/output`, params, joined as tf.Tensor3D);
}
