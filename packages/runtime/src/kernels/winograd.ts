import { after } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { bothAxes, type Matrix, winogradTransforms } from "./winograd-transforms.js";

/** Taps of the filter along an axis. */
const taps = 3;
/** Pixels that a window has more than its tile. */
const border = taps - 1;

/**
 * The most that a piece of the transformed windows takes. Smaller ones are no faster on two cores with 32 MiB of shared cache, nor do
 * they save memory. What is transformed waits, by `after`, for the operand that comes last: it is larger than what it is made of.
 */
const pieceBytes = 20 * 2 ** 20;

/** Rows and columns of zeros around the image. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The 3 x 3 convolution of [batch, height, width, in] without strides, filter [3, 3, in, out]. */
export function winogradConvolution(x: tf.Tensor4D, filter: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const shape = resultShape(x, padding, filter.shape[3]);
  const tiling = tilingOf(shape);
  const { filter: transform } = winogradTransforms(tiling.tile, taps);
  const transformed = after(x, () => transformedFilter(bothAxes(transform), filter));
  return joined(tf.matMul(transformedWindows(x, padding, tiling), transformed), shape, tiling);
}

/** The gradient by `x`: the convolution of `dy` with the filter turned by 180 degrees, `padding` being the convolution's. */
export function winogradInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const { top, left, bottom, right } = padding;
  const around = { top: border - top, left: border - left, bottom: border - bottom, right: border - right };
  const shape = resultShape(dy, around, filter.shape[2]);
  const tiling = tilingOf(shape);
  const turned = winogradTransforms(tiling.tile, taps).filter.map((row) => [...row].reverse());
  const transformed = after(dy, () => transformedFilter(bothAxes(turned), filter));
  return joined(tf.matMul(transformedWindows(dy, around, tiling), transformed, false, true), shape, tiling);
}

/**
 * The gradient by the filter: the correlation of `x` with `dy`, for which each tile of `dy` is the filter; of a few images at a
 * time, one after the other.
 */
export function winogradFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const [batch, inputs, outputs] = [x.shape[0], x.shape[3], dy.shape[3]];
  const tiling = tilingOf(dy.shape);
  const { filter, output } = winogradTransforms(taps, tiling.tile);
  const windowBytes = 4 * productsOf(tiling) * batch * Math.max(inputs, outputs);
  const pieces = Math.min(batch, Math.ceil(windowBytes / pieceBytes));
  let sum: tf.Tensor | undefined;
  for (let piece = 0; piece < pieces; piece++) {
    const [from, to] = [Math.round((piece * batch) / pieces), Math.round(((piece + 1) * batch) / pieces)];
    const images = (tensor: tf.Tensor4D) => (pieces === 1 ? tensor : tf.slice(tensor, from, to - from));
    const add = () => {
      const tiles = transformedTiles(images(dy), filter, { top: 0, left: 0 }, tiling);
      return tf.matMul(transformedWindows(images(x), padding, tiling), tiles, true, false);
    };
    const before = sum;
    sum = tf.tidy(() => (before ? after(before, () => tf.add(before, add())) : after(dy, add)));
    before?.dispose();
  }
  const flat = tf.reshape(sum as tf.Tensor, [tiling.window ** 2, -1]);
  return tf.reshape(tf.matMul(matrix(bothAxes(output)), flat), [taps, taps, inputs, outputs]);
}

function resultShape(x: tf.Tensor4D, { top, left, bottom, right }: Padding, channels: number): tf.Tensor4D["shape"] {
  const [batch, height, width] = x.shape;
  return [batch, height + top + bottom - border, width + left + right - border, channels];
}

/** How the result of a convolution is cut into square tiles, each of which comes from a window of the image. */
interface Tiling {
  readonly tile: number;
  readonly window: number;
  readonly down: number;
  readonly across: number;
}

/** The tiles that need the fewest products: 3, 4 or 5 pixels, of which more have the larger error. */
export function tilingOf([, height, width]: tf.Tensor4D["shape"]): Tiling {
  const tilings = [3, 4, 5].map((tile) => ({
    tile,
    window: tile + border,
    down: Math.ceil(height / tile),
    across: Math.ceil(width / tile),
  }));
  return tilings.reduce((best, other) => (productsOf(other) < productsOf(best) ? other : best));
}

/** Products of an image, for a channel. */
const productsOf = ({ window, down, across }: Tiling): number => window ** 2 * down * across;

const matrix = (rows: Matrix): tf.Tensor2D => tf.tensor2d(rows as number[][]);

/** [windowed pixels, in, out] */
function transformedFilter(transform: Matrix, filter: tf.Tensor4D): tf.Tensor {
  const transformed = tf.matMul(matrix(transform), tf.reshape(filter, [taps ** 2, -1]));
  return tf.reshape(transformed, [transform.length, filter.shape[2], filter.shape[3]]);
}

function transformedWindows(x: tf.Tensor4D, padding: Padding, tiling: Tiling): tf.Tensor3D {
  return transformedTiles(x, winogradTransforms(tiling.tile, taps).input, padding, tiling);
}

/**
 * Tiles of an image, or windows around them, transformed along both axes: [window * window, tiles, channels]. Where tiles lie, and the zeros
 * around the image, are parts of the matrices, so that no tile is cut out before.
 */
function transformedTiles(
  image: tf.Tensor4D,
  transform: Matrix,
  { top, left }: Pick<Padding, "top" | "left">,
  { tile, window, down, across }: Tiling,
): tf.Tensor3D {
  const [batch, height, width, channels] = image.shape;
  const rows = matrix(tileMatrix(transform, { size: height, before: top, tiles: down, tile }));
  const columns = matrix(tileMatrix(transform, { size: width, before: left, tiles: across, tile }));
  return inTurn(
    image,
    (x) => tf.transpose(x, [1, 2, 0, 3]),
    (x) => tf.matMul(rows, tf.reshape(x, [height, -1])),
    (x) => tf.matMul(columns, tf.reshape(x, [window * down, width, batch * channels])),
    (x) => (down === 1 ? x : tf.transpose(tf.reshape(x, [window, down, window, across, -1]), [0, 2, 1, 3, 4])),
    (x) => tf.reshape(x, [window ** 2, -1, channels]),
  ) as tf.Tensor3D;
}

/** The image of the products of transformed windows and filter: [window * window, tiles, channels]. */
function joined(products: tf.Tensor, shape: tf.Tensor4D["shape"], { tile, window, down, across }: Tiling): tf.Tensor4D {
  const [batch, height, width, channels] = shape;
  const { output } = winogradTransforms(tile, taps);
  const rows = matrix(pixelMatrix(output, { size: height, tiles: down, tile }));
  const columns = matrix(pixelMatrix(output, { size: width, tiles: across, tile }));
  return inTurn(
    products,
    (x) => (down === 1 ? x : tf.transpose(tf.reshape(x, [window, window, down, across, -1]), [0, 2, 1, 3, 4])),
    (x) => tf.matMul(columns, tf.reshape(x, [window * down, window * across, batch * channels])),
    (x) => tf.matMul(rows, tf.reshape(x, [window * down, -1])),
    (x) => tf.transpose(tf.reshape(x, [height, width, batch, channels]), [2, 0, 1, 3]),
  ) as tf.Tensor4D;
}

/** One step after the other; what lies between would stay until the kernel is done where nothing is recorded. */
function inTurn(first: tf.Tensor, ...steps: readonly ((x: tf.Tensor) => tf.Tensor)[]): tf.Tensor {
  return steps.reduce((before, step, i) => {
    const next = tf.tidy(() => step(before));
    if (i > 0 && next !== before) before.dispose();
    return next;
  }, first);
}

interface Axis {
  readonly size: number;
  readonly tiles: number;
  readonly tile: number;
}

/** Of all tiles along an axis at once: row (value, tile) has what a pixel of the axis adds to it. */
function tileMatrix(transform: Matrix, { size, before, tiles, tile }: Axis & { readonly before: number }): Matrix {
  return transform.flatMap((row) =>
    Array.from({ length: tiles }, (_, at) =>
      Array.from({ length: size }, (_, pixel) => row[pixel + before - at * tile] ?? 0),
    ),
  );
}

/** Back: row pixel has what each (value, tile) adds to it. */
function pixelMatrix(transform: Matrix, { size, tiles, tile }: Axis): Matrix {
  return Array.from({ length: size }, (_, pixel) =>
    (transform[pixel % tile] as readonly number[]).flatMap((value) =>
      Array.from({ length: tiles }, (_, at) => (at === Math.floor(pixel / tile) ? value : 0)),
    ),
  );
}
