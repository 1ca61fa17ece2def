import { type PredictFeaturesOptions, type PredictingModel, predictFeatures } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";
import type { Encoder } from "./embed.js";

export type { PredictingModel };

export type ToEncoderOptions = PredictFeaturesOptions;

/**
 * An {@link Encoder} from any model, frozen, or from a function. Images come in [0, 1] and go in as
 * `black + (white - black) * images`; features `[batch, height, width, channels]` are averaged over height and width.
 * A model that wants the channels' mean and deviation taken off is a function:
 * `toEncoder((images) => model.predict(tf.div(tf.sub(images, mean), deviation)))`.
 *
 * The model is borrowed: its weights stay the caller's. Outputs that are not chosen are freed.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, when it is called, for an output that the model does not have, or does not
 *   single out; SIMCLR_ERROR__EVALUATION__ENCODER_OUTPUT by `embed` for what are no rows
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { toEncoder } from "@simclr/evaluation";
 * const model = { predict: (images: tf.Tensor) => tf.avgPool(images as tf.Tensor4D, 2, 2, "same") };
 * const encoder = toEncoder(model, { inputRange: [-1, 1] });
 * const features = encoder(tf.ones([2, 4, 4, 3])); // [2, 3], all 1
 * ```
 */
export function toEncoder(
  source: PredictingModel | ((images: tf.Tensor4D) => ReturnType<PredictingModel["predict"]>),
  options: ToEncoderOptions = {},
): Encoder {
  return predictFeatures(source, options);
}
