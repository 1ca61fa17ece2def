import { invalidArgument } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "./gather-rows.js";

export interface ResampleOptions {
  /** How pixels between pixels are read. Default `"bilinear"`; torchvision's default is `"nearest"`, ties to even. */
  readonly interpolation?: "nearest" | "bilinear";
  /**
   * What lies outside of the image, in [0, 1]: one number, or one for each channel. By default black, without torchvision's
   * second weight: with a fill it blends `w (x - fill) + fill`, where x was weighted by w already, its share of the image.
   */
  readonly fill?: number | readonly number[];
}

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function assertResampleOptions({ interpolation = "bilinear", fill = 0 }: ResampleOptions): void {
  if (interpolation !== "bilinear" && interpolation !== "nearest") {
    throw invalidArgument("interpolation", interpolation, '"nearest" or "bilinear"');
  }
  const channels = typeof fill === "number" ? [fill] : fill;
  if (channels.length > 0 && channels.every((value) => value >= 0 && value <= 1)) return;
  throw invalidArgument("fill", fill, "a number from 0 to 1, or one for each channel");
}

/**
 * Reads every image at positions of its own, as torch's `grid_sample` with zeros outside.
 *
 * One gather: each row of the table that is read holds all the pixels of a window, the four around a position or the one
 * nearest. Indices are computed on the device, shapes are known before. The gradient flows to the images, not to the positions.
 *
 * @param images `[batch, height, width, channels]`
 * @param rows, columns where each output pixel is read, in pixels: 0 is the middle of the first; `[batch, outputHeight, outputWidth]`
 * @returns `[batch, outputHeight, outputWidth, channels]` in [0, 1]; borrows its arguments
 */
export function resample(
  images: tf.Tensor4D,
  rows: tf.Tensor,
  columns: tf.Tensor,
  { interpolation = "bilinear", fill }: ResampleOptions = {},
): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [, outputHeight, outputWidth] = rows.shape as [number, number, number];
  const isNearest = interpolation === "nearest";
  // From a pixel outside on, everything is outside: positions further away are as good as that.
  const within = (position: tf.Tensor, size: number) =>
    tf.clipByValue(isNearest ? tf.round(position) : position, -1, size);
  const [row, column] = [within(rows, height), within(columns, width)];
  const [top, left] = isNearest ? [row, column] : [tf.floor(row), tf.floor(column)];
  const firstRow = tf.mul(tf.add(top, 1), width + 2);
  const pixel = tf.reshape(tf.add(firstRow, tf.add(left, 1)), [batch, outputHeight * outputWidth]);
  const image = tf.mul(tf.onesLike(pixel), tf.reshape(tf.range(0, batch), [batch, 1]));
  const places = tf.reshape<tf.Rank.R2>(tf.stack([image, pixel], 2), [-1, 2]);
  const table = isNearest ? bordered(images, 1) : windows(images);
  const found = tf.reshape<tf.Rank.R4>(gatherRows(tf.reshape(table, [batch, (height + 2) * (width + 2), -1]), places), [
    batch,
    outputHeight,
    outputWidth,
    -1,
  ]);
  const weight = (at: tf.Tensor) => tf.reshape(at, [batch, outputHeight, outputWidth, 1]);
  const read = isNearest ? found : between(found, weight(tf.sub(row, top)), weight(tf.sub(column, left)));
  if (fill === undefined) return tf.clipByValue(read, 0, 1);
  const share = tf.mul(shareInside(row, height), shareInside(column, width));
  const outside = typeof fill === "number" ? tf.scalar(fill) : filled(fill, channels);
  return tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(tf.sub(read, outside), weight(share)), outside), 0, 1);
}

/** The image in a black border, wider after than before. */
function bordered(images: tf.Tensor4D, after: 1 | 2): tf.Tensor4D {
  const borders: [number, number][] = [[0, 0], [1, after], [1, after], [0, 0]]; // biome-ignore format: one line
  return tf.pad(images, borders);
}

/** Of every place its pixel, the one to the right, and the two below, in the place of channels. */
function windows(images: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const inBorder = bordered(images, 2);
  const from = (y: number, x: number) => tf.slice(inBorder, [0, y, x, 0], [batch, height + 2, width + 2, channels]);
  return tf.concat([from(0, 0), from(0, 1), from(1, 0), from(1, 1)], 3);
}

/** Between the pixels of windows, by the way gone down and to the right. */
function between(found: tf.Tensor4D, down: tf.Tensor, right: tf.Tensor): tf.Tensor4D {
  const halfway = (halves: tf.Tensor4D, part: tf.Tensor) => {
    const [first, second] = tf.split(halves, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return tf.add<tf.Tensor4D>(first, tf.mul(tf.sub(second, first), part));
  };
  return halfway(halfway(found, down), right);
}

/** How much of the pixels around a position is image, on one axis. */
function shareInside(position: tf.Tensor, size: number): tf.Tensor {
  return tf.clipByValue(tf.minimum(tf.add(position, 1), tf.sub(size, position)), 0, 1);
}

function filled(fill: readonly number[], channels: number): tf.Tensor {
  if (fill.length !== channels) throw invalidArgument("fill", fill, `one number, or ${channels}, one for each channel`);
  return tf.tensor1d([...fill]);
}
