import {
  type ApplyOptions,
  assertShape,
  type Backbone,
  type ModelResult,
  type Parameters,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { applyBlock } from "./apply-block.js";
import { applyConvNextBlock, convNextBlockVariables } from "./convnext-block.js";
import { type ConvNextOptions, type ConvNextSpec, convNextSpec } from "./convnext-spec.js";
import { applyLayerNorm, layerNormVariables } from "./layer-norm.js";
import { normalizeImages } from "./normalization.js";
import { applyPatchConvolution, patchConvolutionVariables } from "./patch-convolution.js";
import { initVariables, shapesOf, type Variable } from "./variables.js";

export interface ConvNextBackbone extends Backbone {
  readonly spec: ConvNextSpec;
  readonly variableShapes: VariableShapes;
}

/**
 * A ConvNeXt (Liu et al. 2022): a stem of patches and its norm; stages of depthwise 7x7 convolutions, layer norm and
 * a perceptron with an exact GELU, each branch scaled by channel; between stages a norm and patches of 2x2.
 *
 *     features = norm(mean over height and width of the last stage)
 *
 * Inputs: float32 `[batch, height, width, inputChannels]` in [0, 1]. Outputs: `stem`, `stage1` and so on, all `[batch,
 * height', width', channels]`, and `features`, `[batch, featureSize]`. Kernels start from N(0, 0.02²), biases at 0.
 * There are no running statistics. Stochastic depth, which the paper trains its classifiers with, is left out.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range, or one that does not exist
 * @example
 * ```ts
 * import { convNext } from "@simclr/backbones";
 * import { countParameters, randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const backbone = convNext({ depths: [1, 1], widths: [8, 16], patchSize: 2 });
 * const { params, state } = backbone.init(randomKey(0));
 * const { outputs } = backbone.apply(params, state, tf.zeros([2, 16, 16, 3]), { training: false });
 * console.log(outputs.features?.shape, countParameters(params)); // [2, 16], 4,640
 * ```
 * @see torchvision `convnext.py`
 */
export function convNext(options: ConvNextOptions = {}): ConvNextBackbone {
  const spec = convNextSpec(options);
  const { depths, widths, patchSize, layerScale, inputChannels, recompute } = spec;
  const featureSize = widths.at(-1) as number;
  const stages = depths.map((depth, index) => {
    const path = `stage${index + 1}`;
    const blocks = Array.from({ length: depth }, (_, block) => `${path}/block${block}`);
    return { path, blocks, width: widths[index] as number, before: widths[index - 1] };
  });
  const variables: Variable[] = [
    ...patchConvolutionVariables("stem/patches", patchSize, inputChannels, widths[0] as number),
    ...layerNormVariables("stem/norm", widths[0] as number),
    ...stages.flatMap(({ path, blocks, width, before }) => [
      ...(before === undefined
        ? []
        : [
            ...layerNormVariables(`${path}/downsample/norm`, before),
            ...patchConvolutionVariables(`${path}/downsample/patches`, 2, before, width),
          ]),
      ...blocks.flatMap((block) => convNextBlockVariables(block, width, layerScale)),
    ]),
    ...layerNormVariables("norm", featureSize),
  ];
  return {
    spec,
    featureSize,
    variableShapes: shapesOf(variables),
    init: (key) => initVariables(variables, key),
    apply: (params: Parameters, state: Parameters, images: tf.Tensor, _: ApplyOptions): ModelResult => {
      assertShape("images", images, ["batch", "height", "width", inputChannels]);
      return tf.tidy(() => {
        const normalized = normalizeImages(images as tf.Tensor4D, spec.normalization);
        const patches = applyPatchConvolution("stem/patches", params, normalized);
        let x = applyLayerNorm("stem/norm", params, patches);
        const outputs: Record<string, tf.Tensor> = { stem: x };
        for (const { path, blocks, before } of stages) {
          if (before !== undefined) {
            const normed = applyLayerNorm(`${path}/downsample/norm`, params, x);
            x = applyPatchConvolution(`${path}/downsample/patches`, params, normed);
          }
          for (const block of blocks)
            x = applyBlock(recompute, block, params, x, (own, input) => applyConvNextBlock(block, own, input));
          outputs[path] = x;
        }
        outputs.features = applyLayerNorm("norm", params, tf.mean(x, [1, 2]));
        const result: ModelResult = { outputs, state };
        return result as ModelResult & tf.TensorContainerObject;
      });
    },
  };
}

/** The shapes of a ConvNeXt's variables by path, without allocating them. */
export function convNextShapes(options: ConvNextOptions = {}): VariableShapes {
  return convNext(options).variableShapes;
}
