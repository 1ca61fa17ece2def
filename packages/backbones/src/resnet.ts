import {
  type ApplyOptions,
  assertShape,
  type Backbone,
  foldIn,
  type ModelResult,
  type ModelVariables,
  type Parameters,
  type RandomKey,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import {
  applyConvolutionNorm,
  convolutionNormShapes,
  initConvolutionNorm,
  type LayerResult,
  type VariableShapes,
} from "./convolution-norm.js";
import { layersOf, type ResidualBlock, type ResnetArchitecture, resnetArchitecture } from "./resnet-architecture.js";
import { type ResnetOptions, type ResnetSpec, resnetSpec } from "./resnet-spec.js";

export interface ResnetBackbone extends Backbone {
  readonly spec: ResnetSpec;
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
  const { stem, stemPooling, groups, featureSize } = architecture;
  return {
    spec,
    featureSize,
    init: (key: RandomKey): ModelVariables =>
      merge(layersOf(architecture).map((l) => initConvolutionNorm(l, foldIn(key, `${l.path}/conv${l.number}`)))),
    apply: (params: Parameters, state: Parameters, images: tf.Tensor, given: ApplyOptions): ModelResult => {
      assertShape("images", images, ["batch", "height", "width", spec.inputChannels]);
      const run = { ...given, decay: spec.batchNormDecay };
      const frozen = frozenParts(given, groups.length);
      const runOf = (part: number) => (part < frozen ? { ...run, training: false } : run);
      return tf.tidy(() => {
        const outputs: Record<string, tf.Tensor> = {};
        const first = applyConvolutionNorm(stem, params, state, normalized(images as tf.Tensor4D, spec), runOf(0));
        let x = pooled(first.output, stemPooling);
        const states = [first.state];
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
  return merge(layersOf(resnetArchitecture(resnetSpec(options))).map(convolutionNormShapes));
}

function normalized(images: tf.Tensor4D, { normalization }: ResnetSpec): tf.Tensor4D {
  if (normalization === "none") return images;
  const { mean, deviation } = normalization;
  return tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
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

/** A block in a tidy of its own: without a gradient to take, only one block's activations are alive at a time. */
function applyBlock(
  { main, shortcut }: ResidualBlock,
  params: Parameters,
  state: Parameters,
  x: tf.Tensor4D,
  run: ApplyOptions & { readonly decay: number },
): LayerResult {
  return tf.tidy(() => {
    const side = shortcut && applyConvolutionNorm(shortcut, params, state, x, run);
    const states = [side?.state ?? {}];
    let y = x;
    for (const layer of main) {
      const result = applyConvolutionNorm(layer, params, state, y, run);
      y = result.output;
      states.push(result.state);
    }
    const output = tf.relu(tf.add<tf.Tensor4D>(y, side?.output ?? x));
    return { output, state: Object.assign({}, ...states) as Parameters } as LayerResult & tf.TensorContainerObject;
  });
}

function merge<Part extends { readonly params: object; readonly state: object }>(parts: readonly Part[]): Part {
  return {
    params: Object.assign({}, ...parts.map((part) => part.params)),
    state: Object.assign({}, ...parts.map((part) => part.state)),
  } as Part;
}
