import {
  type ApplyOptions,
  assertShape,
  type Backbone,
  type ModelResult,
  type ModelVariables,
  type Parameters,
  type RandomKey,
  type VariableShapes,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { applyConvolutionNorm } from "./convolution-norm.js";
import { normalizeImages } from "./normalization.js";
import { applyResidualBlock, recomputeResidualBlock } from "./residual-block.js";
import { type ResnetArchitecture, resnetArchitecture, resnetVariables } from "./resnet-architecture.js";
import { type ResnetOptions, type ResnetSpec, resnetSpec } from "./resnet-spec.js";
import { initVariables, shapesOf } from "./variables.js";

export interface ResnetBackbone extends Backbone {
  readonly spec: ResnetSpec;
  readonly variableShapes: VariableShapes;
}

/**
 * A residual network as SimCLR builds it: convolution, batch norm, ReLU after the addition (He et al. 2015), strides on the
 * 3x3 convolutions, a projection shortcut in the first block of every group, no biases.
 *
 *     features = mean over height and width of group4(group3(group2(group1(stem(images)))))
 *
 * Inputs: float32 `[batch, height, width, inputChannels]`. The reference's weights expect values in [0, 1], without
 * subtracting a mean. Outputs: `stem` (after its pooling), `group1` to `group4`, all `[batch, height', width', channels]`,
 * and `features`, `[batch, featureSize]`. Parameters are at paths like `group2/block0/conv1/kernel`,
 * `group2/block0/norm1/scale`; a parameter's first value depends on the key and its path alone.
 *
 * `selectiveKernels: 0.0625` makes the networks of SimCLRv2, `squeezeExcite` gates the blocks' channels. `recompute: "blocks"`
 * keeps only the blocks' inputs for the backward pass, which computes each block again: the same gradients for less memory.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range, or one that does not exist
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { countParameters, randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const backbone = resnet({ depth: 18, width: 0.125, stem: "cifar" });
 * const { params, state } = backbone.init(randomKey(0));
 * const { outputs } = backbone.apply(params, state, tf.zeros([2, 16, 16, 3]), { training: false });
 * console.log(outputs.features?.shape, countParameters(params)); // [2, 64], 175,832
 * ```
 * @see google-research/simclr@383d414 resnet.py
 */
export function resnet(options: ResnetOptions): ResnetBackbone {
  const spec = resnetSpec(options);
  const architecture = resnetArchitecture(spec);
  const variables = resnetVariables(architecture);
  const { stem, stemPooling, groups, featureSize } = architecture;
  const applyBlock = spec.recompute === "blocks" ? recomputeResidualBlock : applyResidualBlock;
  return {
    spec,
    featureSize,
    variableShapes: shapesOf(variables),
    init: (key: RandomKey): ModelVariables => initVariables(variables, key),
    apply: (params: Parameters, state: Parameters, images: tf.Tensor, given: ApplyOptions): ModelResult => {
      assertShape("images", images, ["batch", "height", "width", spec.inputChannels]);
      const run = { ...given, decay: spec.batchNormDecay };
      const frozen = frozenParts(given, groups.length);
      const runOf = (part: number) => (part < frozen ? { ...run, training: false } : run);
      return tf.tidy(() => {
        const outputs: Record<string, tf.Tensor> = {};
        const states: Parameters[] = [];
        let x = normalizeImages(images as tf.Tensor4D, spec.normalization);
        for (const layer of stem) {
          const result = applyConvolutionNorm(layer, params, state, x, runOf(0));
          x = result.output;
          states.push(result.state);
        }
        x = pooled(x, stemPooling);
        outputs.stem = x;
        groups.forEach((blocks, group) => {
          for (const block of blocks) {
            const result = applyBlock(block, params, state, x, runOf(group + 1));
            x = result.output;
            states.push(result.state);
          }
          outputs[`group${group + 1}`] = x;
        });
        outputs.features = tf.mean(x, [1, 2]);
        const result: ModelResult = { outputs, state: Object.assign({}, ...states) as Parameters };
        return result as ModelResult & tf.TensorContainerObject;
      });
    },
  };
}

/** The shapes of a ResNet's variables by path, without allocating them: how large a network would be. */
export function resnetShapes(options: ResnetOptions): VariableShapes {
  return shapesOf(resnetVariables(resnetArchitecture(resnetSpec(options))));
}

function pooled(x: tf.Tensor4D, pooling: ResnetArchitecture["stemPooling"]): tf.Tensor4D {
  if (pooling === "none") return x;
  if (pooling === "same") return tf.maxPool(x, 3, 2, "same");
  // What is pooled comes from a ReLU, so that zeros around it never win: the same as padding with minus infinity.
  const one: [number, number] = [1, 1];
  return tf.maxPool(tf.pad(x, [[0, 0], one, one, [0, 0]]), 3, 2, "valid");
}

/** How many parts are frozen: the stem is part 0, group n is part n, and after the last come the features. */
function frozenParts({ frozenThrough }: ApplyOptions, groupCount: number): number {
  if (frozenThrough === "features") return groupCount + 1;
  const parts = ["stem", ...Array.from({ length: groupCount }, (_, group) => `group${group + 1}`)];
  return parts.indexOf(frozenThrough ?? "") + 1;
}
