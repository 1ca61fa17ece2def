import { invalidArgument, type TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { ImageSize, SampledParameters } from "./augmentation.js";
import { type InterpolationOptions, interpolationMatrix } from "./interpolation-matrix.js";
import { parameterTensor } from "./parameter-tensors.js";
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
 * round pixels to about 8 bits. Bicubic overshoot is clipped to
 * [0, 1], as PIL clips it; the reference clips it in the next augmentation.
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
  const rows = interpolationMatrix(box("y"), box("height"), height, outputHeight, interpolation);
  const columns = interpolationMatrix(box("x"), box("width"), width, outputWidth, interpolation);
  return tf.clipByValue(separableTransform(images, rows, columns), 0, 1);
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
