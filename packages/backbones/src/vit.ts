import {
  type ApplyOptions,
  assertShape,
  type Backbone,
  type ModelResult,
  type Parameters,
  parameter,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { applyBlock } from "./apply-block.js";
import { applyLayerNorm, layerNormVariables } from "./layer-norm.js";
import { normalizeImages } from "./normalization.js";
import { applyPatchConvolution, patchConvolutionVariables } from "./patch-convolution.js";
import { sinCosPositions } from "./position-embedding.js";
import { applyTransformerBlock, type TransformerBlock, transformerBlockVariables } from "./transformer-block.js";
import { initVariables, shapesOf, type Variable } from "./variables.js";
import { type VitOptions, type VitSpec, vitSpec } from "./vit-spec.js";

export interface VitBackbone extends Backbone {
  readonly spec: VitSpec;
  readonly variableShapes: VariableShapes;
}

/**
 * A vision transformer (Dosovitskiy et al. 2021): patches become tokens, to which positions are added; blocks with the norms
 * first, an exact GELU, layer norms of epsilon 1e-6 and no dropout; a last norm.
 *
 *     features = norm(blocks([class; patches] + positions))[class], or the mean of norm(blocks(patches + positions))
 *
 * Inputs: float32 `[batch, imageSize, imageSize, inputChannels]` in [0, 1]. Outputs: `embedding`, `block0` and so on, and
 * `tokens` after the last norm, all `[batch, tokens, width]`, and `features`, `[batch, width]`. Kernels, the class token and
 * learned positions start from N(0, 0.02²), biases at 0. There are no running statistics: training and inference are the same.
 * Where positions are fixed, the class token has none.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range, or one that does not exist
 * @example
 * ```ts
 * import { vit } from "@simclr/backbones";
 * import { countParameters, randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const backbone = vit({ width: 32, depth: 2, headCount: 4, patchSize: 4, imageSize: 16 });
 * const { params, state } = backbone.init(randomKey(0));
 * const { outputs } = backbone.apply(params, state, tf.zeros([2, 16, 16, 3]), { training: false });
 * console.log(outputs.features?.shape, countParameters(params)); // [2, 32], 27,616
 * ```
 * @see torchvision `vision_transformer.py`; DeiT `deit_small_patch16_224`; MoCo v3 for `positions: "sincos"`
 */
export function vit(options: VitOptions = {}): VitBackbone {
  const spec = vitSpec(options);
  const { width, depth, patchSize, imageSize, inputChannels, positions, pool, recompute } = spec;
  const grid = imageSize / patchSize;
  const blocks = Array.from({ length: depth }, (_, index): TransformerBlock => {
    const hidden = Math.round(width * spec.hiddenRatio);
    return { path: `block${index}`, width, headCount: spec.headCount, hidden };
  });
  const hasClassToken = pool === "class";
  const variables: Variable[] = [
    ...patchConvolutionVariables("patches", patchSize, inputChannels, width),
    ...(hasClassToken ? [{ path: "classToken", shape: [1, 1, width], initial: "small-normal" } as const] : []),
    ...(positions === "learned"
      ? [
          {
            path: "positions",
            shape: [1, grid ** 2 + (hasClassToken ? 1 : 0), width],
            initial: "small-normal",
          } as const,
        ]
      : []),
    ...blocks.flatMap(transformerBlockVariables),
    ...layerNormVariables("norm", width),
  ];

  const embed = (params: Parameters, images: tf.Tensor4D): tf.Tensor3D => {
    const [batch] = images.shape;
    const normalized = normalizeImages(images, spec.normalization);
    const patches = tf.reshape(applyPatchConvolution("patches", params, normalized), [batch, grid ** 2, width]);
    const placed = positions === "sincos" ? tf.add<tf.Tensor3D>(patches, sinCosPositions(grid, grid, width)) : patches;
    const token = () => tf.tile(parameter(params, "classToken") as tf.Tensor3D, [batch, 1, 1]);
    const tokens = (hasClassToken ? tf.concat([token(), placed], 1) : placed) as tf.Tensor3D;
    return positions === "learned" ? tf.add<tf.Tensor3D>(tokens, parameter(params, "positions")) : tokens;
  };

  return {
    spec,
    featureSize: width,
    variableShapes: shapesOf(variables),
    init: (key) => initVariables(variables, key),
    apply: (params: Parameters, state: Parameters, images: tf.Tensor, _: ApplyOptions): ModelResult => {
      assertShape("images", images, ["batch", imageSize, imageSize, inputChannels]);
      return tf.tidy(() => {
        let x = embed(params, images as tf.Tensor4D);
        const outputs: Record<string, tf.Tensor> = { embedding: x };
        for (const block of blocks) {
          x = applyBlock(recompute, block.path, params, x, (own, input) => applyTransformerBlock(block, own, input));
          outputs[block.path] = x;
        }
        const tokens = applyLayerNorm("norm", params, x);
        outputs.tokens = tokens;
        const first = () => tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, width]);
        outputs.features = hasClassToken ? first() : tf.mean(tokens, 1);
        const result: ModelResult = { outputs, state };
        return result as ModelResult & tf.TensorContainerObject;
      });
    },
  };
}

/** The shapes of a vision transformer's variables by path, without allocating them. */
export function vitShapes(options: VitOptions = {}): VariableShapes {
  return vit(options).variableShapes;
}
