import { assertShape, type RandomKey, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { SampleContext, SampledParameters } from "./augmentation.js";
import { gatherRows } from "./gather-rows.js";
import { parameterTensor } from "./parameter-tensors.js";

/** Images and what they show: `[batch, height, width, channels]` in [0, 1] and `[batch, classCount]`, whose rows sum to 1. */
export type LabelledImages = { readonly images: tf.Tensor4D; readonly labels: tf.Tensor2D };

/**
 * A random mixture of every image of a batch with another one, and of their labels: two halves like an augmentation's, but
 * what an image becomes depends on the batch that it is in.
 */
export interface BatchMix<P extends SampledParameters = SampledParameters> {
  readonly name: string;
  /** Draws the parameters of a batch, plain JSON; the same key gives the same. */
  sample(key: RandomKey, context: SampleContext): P;
  /**
   * Mixes a batch without reading a value, so that it can be compiled; differentiable by images and labels.
   *
   * @param images `[batch, height, width, channels]`, float32 in [0, 1]
   * @param labels one-hot, or already mixed: `[batch, classCount]`, float32
   * @param parameters what `sample` returned, as it is or as `parameterTensors`
   * @returns both mixed, owned by the caller; borrows its arguments
   */
  apply(images: tf.Tensor4D, labels: tf.Tensor2D, parameters: P | TensorTree): LabelledImages;
}

/** Refuses what is no batch with labels. @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE */
export function assertLabelled(name: string, images: tf.Tensor4D, labels: tf.Tensor2D): void {
  assertImages(name, images);
  assertShape("labels", labels, [images.shape[0], "classCount"]);
}

/** Every image's partner, or its label: the rows that `partner` names, `[batch]`. */
export function partnersOf<T extends tf.Tensor>(name: string, rows: T, parameters: SampledParameters | TensorTree): T {
  const batch = rows.shape[0] as number;
  const partner = parameterTensor<tf.Tensor1D>(name, parameters, "partner", [batch]);
  return gatherRows(rows, tf.reshape(partner, [batch, 1])) as T;
}

/** `share * a + (1 - share) * b`, the share of each row; `[batch]`. */
export function mixed<T extends tf.Tensor>(a: T, b: T, share: tf.Tensor): T {
  const own = tf.reshape(share, [-1, ...a.shape.slice(1).map(() => 1)]);
  return tf.add(tf.mul(a, own), tf.mul(b, tf.sub(1, own)));
}
