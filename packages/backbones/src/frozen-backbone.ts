import {
  assertShape,
  type Backbone,
  type Json,
  type ModelResult,
  type PredictFeaturesOptions,
  type PredictingModel,
  predictFeatures,
} from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertCount } from "./option-checks.js";

export interface FrozenBackboneOptions extends PredictFeaturesOptions {
  /** Length of the model's features; after the average over height and width, where there are such. */
  readonly featureSize: number;
  /** Which model it is, for a checkpoint to say: its address, for example. Default `"model"`. */
  readonly name?: string;
}

/**
 * A backbone of someone else's model, frozen: a `tf.LayersModel` or a `tf.GraphModel`, as a converter or TensorFlow Hub gives
 * them, beneath a head that is trained, or for evaluation. It has no parameters and no state; its weights stay in the model, which is
 * borrowed. No gradient passes it, not even to the images, so that nothing of it is kept for a backward pass.
 *
 * Images: float32 `[batch, height, width, channels]` in [0, 1]; they go in as the model wants them, by `inputRange`. The
 * output is `features`, `[batch, featureSize]`.
 *
 * Its spec has the kind `"frozen"`, which `backboneFromSpec` builds again with the model at hand:
 * `backboneFromSpec(spec, { frozen: () => frozenBackbone(model, options) })`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range, and, when it is applied, for an output that the
 *   model does not have; SIMCLR_ERROR__CORE__SHAPE_MISMATCH for features of another size
 * @example
 * ```ts
 * import { frozenBackbone } from "@simclr/backbones";
 * import * as tf from "@tensorflow/tfjs-core";
 * const model = { predict: (images: tf.Tensor) => tf.avgPool(images as tf.Tensor4D, 2, 2, "same") };
 * const backbone = frozenBackbone(model, { featureSize: 3, inputRange: [-1, 1] });
 * const { outputs } = backbone.apply({}, {}, tf.ones([2, 4, 4, 3]), { training: false });
 * console.log(outputs.features?.shape); // [2, 3]
 * ```
 */
export function frozenBackbone(model: PredictingModel, options: FrozenBackboneOptions): Backbone {
  const { featureSize, name = "model", inputRange = [0, 1], output } = options;
  assertCount({ featureSize });
  const predict = predictFeatures(model, { inputRange, ...(output !== undefined && { output }) });
  // Out of the tape's sight: a custom gradient keeps nothing of what happens within.
  const withoutGradient = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const images = args[0] as tf.Tensor4D;
    const { shape } = images;
    return { value: predict(images), gradFunc: () => tf.zeros(shape) };
  });
  const spec = { kind: "frozen", name, featureSize, inputRange: [...inputRange] as Json, output: output ?? null };
  return {
    spec,
    featureSize,
    init: () => ({ params: {}, state: {} }),
    apply: (_, state, images): ModelResult => {
      assertShape("images", images, ["batch", "height", "width", "channels"]);
      const features = withoutGradient(images);
      assertShape("features", features, [images.shape[0] as number, featureSize]);
      return { outputs: { features }, state };
    },
  };
}
