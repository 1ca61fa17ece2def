import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** How a channel of the images is brought to the numbers that a network was trained on: `(image - mean) / deviation`. */
export type Normalization = {
  /** One number a channel. */
  readonly mean: readonly number[];
  /** One number a channel, above 0. */
  readonly deviation: readonly number[];
};

/** torchvision's numbers for ImageNet, which most networks that PyTorch trained were given. */
export const imagenetNormalization: Normalization = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** timm's for its vision transformers of supervised training, from [0, 1] to [-1, 1], as Inception had it. */
export const inceptionNormalization: Normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function assertNormalization(normalization: unknown, inputChannels: number): void {
  if (isNormalization(normalization, inputChannels)) return;
  throw invalidArgument(
    "normalization",
    normalization,
    `"none" or a mean and a deviation above 0 for each of ${inputChannels} channels`,
    "imagenetNormalization has those of ImageNet.",
  );
}

/** (images - mean) / deviation, channel by channel; with `"none"` the images themselves */
export function normalizeImages(images: tf.Tensor4D, normalization: "none" | Normalization): tf.Tensor4D {
  if (normalization === "none") return images;
  const { mean, deviation } = normalization;
  return tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation]));
}

function isNormalization(value: unknown, channels: number): value is "none" | Normalization {
  if (value === "none") return true;
  const { mean, deviation } = (value ?? {}) as Partial<Normalization>;
  const areNumbers = (list: readonly number[] | undefined): list is readonly number[] =>
    Array.isArray(list) && list.length === channels && list.every(Number.isFinite);
  return areNumbers(mean) && areNumbers(deviation) && deviation.every((number) => number > 0);
}
