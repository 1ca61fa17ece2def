import * as tf from "@tensorflow/tfjs-core";
import { type ResampleOptions, resample } from "./resample.js";

/**
 * Where output pixels are read, in pixels from the image's middle: `[a b; c d]` of `(x, y) -> (a x + b y + e, c x + d y + f)`,
 * each `[batch]` or one number for all.
 */
export type AffineMap = { readonly [Entry in "a" | "b" | "c" | "d" | "e" | "f"]: tf.Tensor1D | number };

/**
 * Moves the pixels of every image by an affine map of its own, as torchvision's `affine` and `rotate` of tensors.
 *
 * @param images `[batch, height, width, channels]`
 * @returns images of the same shape; borrows its arguments
 */
export function affineTransform(
  images: tf.Tensor4D,
  { a, b, c, d, e, f }: AffineMap,
  options: ResampleOptions = {},
): tf.Tensor4D {
  const [batch, height, width] = images.shape;
  const perImage = (entry: tf.Tensor1D | number) =>
    typeof entry === "number" ? tf.scalar(entry) : tf.reshape(entry, [batch, 1, 1]);
  const { x, y } = fromMiddle(height, width);
  const place = (ofX: tf.Tensor1D | number, ofY: tf.Tensor1D | number, shift: tf.Tensor1D | number, size: number) =>
    tf.add(tf.add(tf.mul(perImage(ofX), x), tf.mul(perImage(ofY), y)), tf.add(perImage(shift), (size - 1) / 2));
  return resample(images, place(c, d, f, height), place(a, b, e, width), options);
}

/** The pixels of an image in pixels from its middle: x is `[1, 1, width]`, y `[1, height, 1]`. */
function fromMiddle(height: number, width: number): { readonly x: tf.Tensor3D; readonly y: tf.Tensor3D } {
  return {
    x: tf.reshape(tf.range(-(width - 1) / 2, width / 2, 1), [1, 1, width]),
    y: tf.reshape(tf.range(-(height - 1) / 2, height / 2, 1), [1, height, 1]),
  };
}
