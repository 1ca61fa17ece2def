import type { RandomKey, TensorTree } from "@simclr/core";
import type * as tf from "@tensorflow/tfjs-core";

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** What is known of a batch before its pixels: enough to draw every image's parameters. */
export interface SampleContext {
  readonly batchSize: number;
  /** The size of the batch's tensor. */
  readonly imageSize: ImageSize;
  /** The valid top-left region of each image, where smaller images were padded to `imageSize`. */
  readonly imageSizes?: readonly ImageSize[];
  /** A key that is the same for every view of the batch, where there are several: `pretrain` gives it. */
  readonly sharedKey?: RandomKey;
}

/** One parameter of a whole batch: a number, or a list of numbers, for each image. */
export type PerImage = readonly number[] | readonly (readonly number[])[];

/** Parameters as plain JSON: they can be saved, read back, and replay the same images. A view's are a list. */
export type SampledParameters =
  | { readonly [name: string]: PerImage | SampledParameters }
  | readonly SampledParameters[];

/**
 * A random change of images in two halves: chance on the host, arithmetic on the device. Whoever implements it runs
 * `augmentationContract` of `@simclr/augmentations/contract`.
 */
export interface Augmentation<P extends SampledParameters = SampledParameters> {
  readonly name: string;
  /** The size of the images that come out, where it differs from what went in. */
  readonly outputSize?: ImageSize;
  /** Draws the parameters of a batch. The same key gives the same; image i's do not depend on the batch's size. */
  sample(key: RandomKey, context: SampleContext): P;
  /**
   * Changes a batch: pure, differentiable by the images, and without reading a value, so that it can be compiled.
   *
   * @param images `[batch, height, width, channels]`, float32 in [0, 1]
   * @param parameters what `sample` returned, as it is or as {@link parameterTensors}
   * @returns images in [0, 1]; borrows its arguments
   */
  apply(images: tf.Tensor4D, parameters: P | TensorTree): tf.Tensor4D;
}
