import { after } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** What a convolution is beside its operands: where its windows lie. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly strides: readonly [down: number, across: number];
  /** Rows and columns of zeros around the image. */
  readonly padding: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
}

const isPadded = ({ top, left, bottom, right }: Windows["padding"]) => top + left + bottom + right > 0;

/** The convolution of [batch, height, width, in] with [height, width, in, out], a row a pixel: one product of all windows. */
export function convolutionByProduct(x: tf.Tensor4D, filter: tf.Tensor4D, windows: Windows): tf.Tensor2D {
  const seen = tf.concat(tapsOf(x, windows), 3);
  return tf.matMul(rowsOf(seen), tf.reshape(filter, [-1, filter.shape[3]]));
}

/**
 * The gradient by `x` of a convolution without strides, a row a pixel: the convolution of `dy` with the filter turned by 180 degrees.
 * With strides, of those pixels that a filter of one pixel sees.
 */
export function inputGradientByProduct(dy: tf.Tensor4D, filter: tf.Tensor4D, windows: Windows): tf.Tensor2D {
  const { height, width, padding } = windows;
  const [, , inputs, outputs] = filter.shape;
  if (height * width === 1) return tf.matMul(rowsOf(dy), tf.reshape(filter, [inputs, outputs]), false, true);
  const around = {
    top: height - 1 - padding.top,
    left: width - 1 - padding.left,
    bottom: height - 1 - padding.bottom,
    right: width - 1 - padding.right,
  };
  // The taps in turned order, rather than the filter: it is the larger.
  const seen = tf.concat(tapsOf(dy, { ...windows, padding: around }).reverse(), 3);
  return tf.matMul(rowsOf(seen), tf.reshape(tf.transpose(filter, [0, 1, 3, 2]), [-1, inputs]));
}

/** The gradient by the filter: one product, over the pixels of all images, of what its taps see with `dy`. */
export function filterGradientByProduct(x: tf.Tensor4D, dy: tf.Tensor4D, windows: Windows): tf.Tensor4D {
  const seen = after(dy, () => tf.concat(tapsOf(x, windows), 3));
  const gradient = tf.matMul(rowsOf(seen), rowsOf(dy), true, false);
  return tf.reshape(gradient, [windows.height, windows.width, x.shape[3], dy.shape[3]]);
}

const rowsOf = (image: tf.Tensor) => tf.reshape(image, [-1, image.shape[3] as number]) as tf.Tensor2D;

/** What each tap of a filter sees of the image, for all windows: [batch, windows down, windows across, channels] each. */
function tapsOf(x: tf.Tensor4D, { height, width, strides: [down, across], padding }: Windows): tf.Tensor4D[] {
  const [batch, imageHeight, imageWidth, channels] = x.shape;
  if ([height, width, down, across].every((size) => size === 1) && !isPadded(padding)) return [x];
  const rows = imageHeight + padding.top + padding.bottom;
  const columns = imageWidth + padding.left + padding.right;
  const windowsDown = Math.floor((rows - height) / down) + 1;
  const windowsAcross = Math.floor((columns - width) / across) + 1;
  // Every row of a stride has an axis of its own then: a slice of it is many times as fast as a strided one.
  const [tilesDown, tilesAcross] = [Math.ceil(rows / down), Math.ceil(columns / across)];
  const below = tilesDown * down - imageHeight - padding.top;
  const behind = tilesAcross * across - imageWidth - padding.left;
  const padded = tf.pad(x, [[0, 0], [padding.top, below], [padding.left, behind], [0, 0]]); // biome-ignore format: one line
  const tiles = tf.reshape(padded, [batch, tilesDown, down, tilesAcross, across, channels]);
  return Array.from({ length: height * width }, (_, tap) => {
    const [row, column] = [Math.floor(tap / width), tap % width];
    const [tileRow, tileColumn] = [Math.floor(row / down), Math.floor(column / across)];
    const start = [0, tileRow, row % down, tileColumn, column % across, 0];
    const seen = tf.slice(tiles, start, [batch, windowsDown, 1, windowsAcross, 1, channels]);
    return tf.reshape(seen, [batch, windowsDown, windowsAcross, channels]);
  });
}
