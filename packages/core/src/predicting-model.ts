import * as tf from "@tensorflow/tfjs-core";
import { invalidArgument } from "./errors.js";
import { isTensor } from "./tree.js";

/** Anything that maps images to features: a `tf.GraphModel`, a `tf.LayersModel`, or a model of your own. */
export interface PredictingModel {
  predict(images: tf.Tensor): tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;
}

export interface PredictFeaturesOptions {
  /** What the model wants black and white to be. Default `[0, 1]`; `[-1, 1]` for MobileNet and Inception, `[0, 255]` for bytes. */
  readonly inputRange?: readonly [black: number, white: number];
  /** The features among several outputs: a name, or a place in the list. Default: the only output. */
  readonly output?: string | number;
}

/**
 * A function from images in [0, 1] to a model's features: images go in as `black + (white - black) * images`; features
 * `[batch, height, width, channels]` are averaged over height and width. Outputs that are not chosen are freed.
 *
 * @param source borrowed: its weights stay the caller's
 * @returns a function that borrows its images, and whose result is the caller's
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a range that is none, and, when it is called, for an output that the model
 *   does not have, or does not single out
 * @example
 * ```ts
 * import { predictFeatures } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const model = { predict: (images: tf.Tensor) => tf.avgPool(images as tf.Tensor4D, 2, 2, "same") };
 * const features = predictFeatures(model, { inputRange: [-1, 1] })(tf.ones([2, 4, 4, 3])); // [2, 3], all 1
 * ```
 */
export function predictFeatures(
  source: PredictingModel | ((images: tf.Tensor4D) => ReturnType<PredictingModel["predict"]>),
  { inputRange: [black, white] = [0, 1], output }: PredictFeaturesOptions = {},
): (images: tf.Tensor4D) => tf.Tensor2D {
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
