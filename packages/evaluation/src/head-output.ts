import { below, lossAndGradients, type Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { headLayerMissing } from "./errors.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

/** The output of a projection head's layer. */
export interface HeadOutput {
  /** What the head calls it: `layer1` and so on, the last layer's `projection`. */
  readonly name: string;
  readonly size: number;
  /** The parameters that it depends on, `head/...`: those of the layers up to it. */
  readonly params: ReadonlySet<string>;
}

/**
 * What layer k of the projection head gives, k from 1: the reference's `ft_proj_selector`.
 *
 * @throws SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING
 */
export function headOutput({ head, params, state }: Omit<TrainableEncoder, "backbone">, layer: number): HeadOutput {
  if (!head) throw headLayerMissing(layer, 0);
  const [own, ownState] = [below("head", params), below("head", state)];
  return tf.tidy(() => {
    const features = tf.ones([2, head.inputSize]);
    const outputsOf = (from: Parameters) => head.apply(from, ownState, features, { training: false }).outputs;
    const names = Object.keys(outputsOf(own));
    const layers = names.filter((name) => /^layer\d+$/.test(name)).length;
    const name = layer === layers ? "projection" : `layer${layer}`;
    if (!names.includes(name)) throw headLayerMissing(layer, layers);
    const { missing, auxiliary } = lossAndGradients(own, () => {
      const output = outputsOf(own)[name] as tf.Tensor;
      return { loss: tf.sum<tf.Scalar>(output), auxiliary: { output } };
    });
    const used = Object.keys(own).filter((path) => !missing.includes(path));
    return {
      name,
      size: auxiliary.output.shape[1] as number,
      params: new Set(used.map((path) => `head/${path}`)),
    } as unknown as tf.TensorContainer;
  }) as unknown as HeadOutput;
}
