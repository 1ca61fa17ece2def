import { below } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { Encoder } from "./embed.js";
import { headOutput } from "./head-output.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

/**
 * A network as an encoder, frozen: its features h, or what a layer of its projection head makes of them.
 *
 * @param headLayer 0, the default, is before the head; k its layer k, the last one being g(h) that the loss compares
 * @returns an encoder that borrows the network
 * @throws SIMCLR_ERROR__EVALUATION__HEAD_LAYER_MISSING
 * @see Chen et al. 2020, section 4.2; google-research/simclr@383d414 tf2/model.py, `ft_proj_selector`
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey, withPrefix } from "@simclr/core";
 * import { networkEncoder } from "@simclr/evaluation";
 * import * as tf from "@tensorflow/tfjs-core";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const { params, state } = backbone.init(randomKey(1));
 * const network = { backbone, params: withPrefix("backbone", params), state: withPrefix("backbone", state) };
 * const features = networkEncoder(network)(tf.zeros([2, 8, 8, 3])); // [2, 32]
 * ```
 */
export function networkEncoder(network: TrainableEncoder, { headLayer = 0 } = {}): Encoder {
  const { backbone, head, params, state } = network;
  const output = headLayer === 0 ? undefined : headOutput(network, headLayer);
  return (images) => {
    const apply = { training: false };
    const { features } = backbone.apply(below("backbone", params), below("backbone", state), images, apply).outputs;
    if (!head || !output) return features as tf.Tensor2D;
    const projected = head.apply(below("head", params), below("head", state), features as tf.Tensor, apply);
    return projected.outputs[output.name] as tf.Tensor2D;
  };
}
