import { invalidArgument, isTensor } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { Encoder } from "./embed.js";

/** Anything that maps images to features: a `tf.GraphModel`, a `tf.LayersModel`, or a model of your own. */
export interface PredictingModel {
  predict(images: tf.Tensor): tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;
}

export interface ToEncoderOptions {
  /** What the model wants black and white to be. Default `[0, 1]`; `[-1, 1]` for MobileNet and Inception, `[0, 255]` for bytes. */
  readonly inputRange?: readonly [black: number, white: number];
  /** The features among several outputs: a name, or a place in the list. Default: the only output. */
  readonly output?: string | number;
}

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
  { inputRange: [black, white] = [0, 1], output }: ToEncoderOptions = {},
): Encoder {
  if (!(Number.isFinite(black) && Number.isFinite(white) && black < white)) {
    throw invalidArgument("inputRange", [black, white], "two finite numbers, black below white");
  }
  const predict = typeof source === "function" ? source : (images: tf.Tensor4D) => source.predict(images);
  return (images) =>
    tf.tidy(() => {
      const scaled = black === 0 && white === 1 ? images : tf.add(tf.mul(images, white - black), black);
      const features = chosen(predict(scaled as tf.Tensor4D), output);
      const rows = features.rank === 4 ? tf.mean(features, [1, 2]) : features;
      // A copy where the model returns what it was given, or what is its own.
      return tf.clone(rows) as tf.Tensor2D;
    });
}

function chosen(outputs: ReturnType<PredictingModel["predict"]>, output: string | number | undefined): tf.Tensor {
  if (isTensor(outputs)) return outputs;
  const names = Object.keys(outputs);
  const name = output ?? (names.length === 1 ? names[0] : undefined);
  const features = name === undefined ? undefined : (outputs as Record<string | number, tf.Tensor>)[name];
  if (features) return features;
  throw invalidArgument("output", output, `one of ${names.join(", ")}`, "Name the output that holds the features.");
}
