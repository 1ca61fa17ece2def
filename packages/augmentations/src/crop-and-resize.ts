import { canFuse, fused, invalidArgument, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { ImageSize, SampledParameters } from "./augmentation.js";
import {
  type InterpolationOptions,
  interpolationMatrix,
  interpolationTaps,
  type Resizing,
} from "./interpolation-matrix.js";
import { parameterTensor } from "./parameter-tensors.js";
import { toPlanes } from "./planes.js";
import { separableTransform } from "./separable-transform.js";

/** A rectangle of an image in pixels; y and x are its upper left corner. */
export type CropBox = { readonly y: number; readonly x: number; readonly height: number; readonly width: number };

/** The rectangles of a batch, by coordinate. */
export type CropBoxes = { readonly [Coordinate in keyof CropBox]: readonly number[] };

export interface ResizeOptions extends InterpolationOptions {
  /** The side of the square that comes out, or its height and width, in pixels. */
  readonly imageSize: number | ImageSize;
}

/**
 * Cuts a rectangle out of every image and resizes it, as `tf.image.resize` of the cut image does, or PIL with antialias.
 *
 * Two batched matrix products: differentiable, the same on every backend, exact in float32; compiled in bfloat16 they
 * round pixels to about 8 bits. Recorded for a processor in float32 it takes the products' factors that are not 0 alone.
 * Bicubic overshoot is clipped to [0, 1], as PIL clips it; the reference clips it in the next augmentation.
 *
 * @param images `[batch, height, width, channels]`, float32 in [0, 1]
 * @param boxes `y`, `x`, `height` and `width`, each `[batch]`, in pixels of `images`, inside the images
 * @returns `[batch, ...imageSize, channels]`; borrows its arguments
 * @throws SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @example
 * ```ts
 * import { cropAndResize } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const boxes = { y: [0], x: [8], height: [16], width: [16] };
 * const magnified = cropAndResize(tf.zeros([1, 32, 32, 3]), boxes, { imageSize: 32 });
 * ```
 */
export function cropAndResize(
  images: tf.Tensor4D,
  boxes: CropBoxes | TensorTree,
  { imageSize, ...interpolation }: ResizeOptions,
): tf.Tensor4D {
  assertImages("cropAndResize", images);
  const [batch, height, width] = images.shape;
  const [outputHeight, outputWidth] = sizePair(imageSize);
  const box = (name: keyof CropBox) =>
    parameterTensor<tf.Tensor1D>("cropAndResize", boxes as SampledParameters, name, [batch]);
  const rows: Resizing = {
    ...{ start: box("y"), size: box("height"), inputSize: height, outputSize: outputHeight },
    ...interpolation,
  };
  const columns: Resizing = {
    ...{ start: box("x"), size: box("width"), inputSize: width, outputSize: outputWidth },
    ...interpolation,
  };
  if (!canFuse()) {
    return tf.clipByValue(separableTransform(images, interpolationMatrix(rows), interpolationMatrix(columns)), 0, 1);
  }
  // Each program passes over memory once; rows of pixels are neighbours in memory at both resizings.
  const planes = fused(() => toPlanes(images));
  const lines = fused(() => resizeRows(planes, rows));
  const turned = fused(() => tf.transpose(lines, [0, 1, 3, 2]));
  const resized = fused(() => tf.clipByValue(resizeRows(turned, columns), 0, 1));
  return fused(() => tf.transpose(resized, [0, 3, 2, 1]));
}

/** Resizes the third axis of `[batch, channels, height, width]`: sums of few rows. */
function resizeRows(planes: tf.Tensor4D, resizing: Resizing): tf.Tensor4D {
  const { pixels, weights } = interpolationTaps(resizing);
  const weightsOfTaps = tf.unstack(tf.expandDims(tf.expandDims(weights, 1), 4), 3);
  return tf.unstack(pixels, 2)
    .map((pixel, tap) => tf.mul(tf.gather(planes, pixel as tf.Tensor2D, 2, 1), weightsOfTaps[tap] as tf.Tensor))
    .reduce((sum, term) => tf.add(sum, term)) as tf.Tensor4D; // biome-ignore format: one step a line
}

/**
 * A size as height and width.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 */
export function sizePair(imageSize: number | ImageSize): ImageSize {
  const pair: ImageSize = typeof imageSize === "number" ? [imageSize, imageSize] : imageSize;
  if (pair.length === 2 && pair.every((side) => Number.isInteger(side) && side >= 1)) return pair;
  throw invalidArgument("imageSize", imageSize, "a positive integer or two of them, [height, width]");
}
