import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "./gather-rows.js";

/**
 * Where output pixels are read, in pixels from the image's middle: `[a b; c d]` of `(x, y) -> (a x + b y + e, c x + d y + f)`,
 * each `[batch]` or one number for all.
 */
export type AffineMap = { readonly [Entry in "a" | "b" | "c" | "d" | "e" | "f"]: tf.Tensor1D | number };

/**
 * Moves the pixels of every image by an affine map of its own, reading between pixels linearly and black outside, as
 * torchvision's `affine` and `rotate` of tensors with bilinear interpolation.
 *
 * Four gathers from a batch laid out as rows of pixels: indices are computed on the device, shapes are known before.
 * The gradient flows to the images, not to the map.
 *
 * @param images `[batch, height, width, channels]`
 * @returns images of the same shape; borrows its arguments
 */
export function affineTransform(images: tf.Tensor4D, { a, b, c, d, e, f }: AffineMap): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const perImage = (entry: tf.Tensor1D | number) =>
    typeof entry === "number" ? tf.scalar(entry) : tf.reshape(entry, [batch, 1, 1]);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const x = tf.reshape(tf.range(-middleX, width / 2, 1), [1, 1, width]);
  const y = tf.reshape(tf.range(-middleY, height / 2, 1), [1, height, 1]);
  const place = (ofX: tf.Tensor1D | number, ofY: tf.Tensor1D | number, shift: tf.Tensor1D | number, middle: number) =>
    tf.add(tf.add(tf.mul(perImage(ofX), x), tf.mul(perImage(ofY), y)), tf.add(perImage(shift), middle));
  const columns = place(a, b, e, middleX);
  const rows = place(c, d, f, middleY);
  const firstPixel = tf.reshape(tf.mul(tf.range(0, batch), height * width), [batch, 1, 1]);
  const pixels = tf.reshape<tf.Rank.R2>(images, [batch * height * width, channels]);
  const [top, left] = [tf.floor(rows), tf.floor(columns)];

  const corner = (row: tf.Tensor, column: tf.Tensor) => {
    const [nearRow, nearColumn] = [tf.clipByValue(row, 0, height - 1), tf.clipByValue(column, 0, width - 1)];
    // Outside the clipped place differs, and the pixel is black.
    const inside = tf.cast(tf.logicalAnd(tf.equal(row, nearRow), tf.equal(column, nearColumn)), "float32");
    const index = tf.add(firstPixel, tf.add(tf.mul(nearRow, width), nearColumn));
    const found = gatherRows(pixels, tf.reshape(index, [-1]));
    const closeness = (at: tf.Tensor, position: tf.Tensor) => tf.sub(1, tf.abs(tf.sub(at, position)));
    const weight = tf.mul(tf.mul(closeness(row, rows), closeness(column, columns)), inside);
    return tf.mul(tf.reshape(found, [batch, height, width, channels]), tf.reshape(weight, [batch, height, width, 1]));
  };
  const [bottom, right] = [tf.add(top, 1), tf.add(left, 1)];
  const upper = tf.add(corner(top, left), corner(top, right));
  return tf.add<tf.Tensor4D>(upper, tf.add(corner(bottom, left), corner(bottom, right)));
}
