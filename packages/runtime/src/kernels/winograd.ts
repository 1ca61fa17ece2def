import { after } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { type Matrix, winogradTransforms } from "./winograd-transforms.js";

/** Pixels of a tile along an axis, and those of its neighbours that it needs in front and behind. */
const tile = 4;
const border = 2;
const window = tile + border;

/** F(4 x 4, 3 x 3): a convolution. F(3 x 3, 4 x 4): its filter's gradient, for which each tile of `dy` is the filter. */
const ofConvolution = winogradTransforms(tile, 3);
const ofFilterGradient = winogradTransforms(3, tile);
const ofTurnedFilter = ofConvolution.filter.map((row) => [...row].reverse());

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
  const [, , inputs, outputs] = filter.shape;
  const transformed = after(x, () => tf.reshape(apply(ofConvolution.filter, filter, [9, -1]), [-1, inputs, outputs]));
  return joined(tf.matMul(transformedWindows(x, padding), transformed), resultShape(x, padding, outputs));
}

/** The gradient by `x`: the convolution of `dy` with the filter turned by 180 degrees, `padding` being the convolution's. */
export function winogradInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const [, , inputs, outputs] = filter.shape;
  const { top, left, bottom, right } = padding;
  const around = { top: 2 - top, left: 2 - left, bottom: 2 - bottom, right: 2 - right };
  const transformed = after(dy, () => tf.reshape(apply(ofTurnedFilter, filter, [9, -1]), [-1, inputs, outputs]));
  return joined(tf.matMul(transformedWindows(dy, around), transformed, false, true), resultShape(dy, around, inputs));
}

/** The gradient by the filter: the correlation of `x` with `dy`, of a few images at a time and one after the other. */
export function winogradFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const [batch, inputs, outputs] = [x.shape[0], x.shape[3], dy.shape[3]];
  const windowBytes = 4 * window ** 2 * tilesOf(dy) * Math.max(inputs, outputs);
  const pieces = Math.min(batch, Math.ceil(windowBytes / pieceBytes));
  let sum: tf.Tensor | undefined;
  for (let piece = 0; piece < pieces; piece++) {
    const [from, to] = [Math.round((piece * batch) / pieces), Math.round(((piece + 1) * batch) / pieces)];
    const images = (tensor: tf.Tensor4D) => tf.slice(tensor, from, to - from);
    const add = () => {
      const transformed = tf.reshape(apply(ofFilterGradient.filter, cut(images(dy)), [tile ** 2, -1]), [window ** 2, -1, outputs]); // biome-ignore format: one line
      return tf.matMul(transformedWindows(images(x), padding), transformed, true, false);
    };
    const before = sum;
    sum = tf.tidy(() => (before ? after(before, () => tf.add(before, add())) : after(dy, add)));
    before?.dispose();
  }
  return tf.reshape(apply(ofFilterGradient.output, sum as tf.Tensor, [window ** 2, -1]), [3, 3, inputs, outputs]);
}

function resultShape(x: tf.Tensor4D, { top, left, bottom, right }: Padding, channels: number): tf.Tensor4D["shape"] {
  const [batch, height, width] = x.shape;
  return [batch, height + top + bottom - border, width + left + right - border, channels];
}

const apply = (transform: Matrix, values: tf.Tensor, [rows, columns]: [number, number]): tf.Tensor2D =>
  tf.matMul(tf.tensor2d(transform as number[][]), tf.reshape(values, [rows, columns]));

/** The 6 x 6 windows around every tile of the result, transformed: [36, batch * tiles, channels]. Both kinds share one input transform. */
function transformedWindows(x: tf.Tensor4D, padding: Padding): tf.Tensor3D {
  const windows = tf.tidy(() => windowsOf(x, padding));
  const transformed = tf.tidy(() => apply(ofConvolution.input, windows, [window ** 2, -1]));
  windows.dispose(); // where nothing is recorded it would stay until the kernel is done
  return tf.reshape(transformed, [window ** 2, -1, x.shape[3]]);
}

function windowsOf(x: tf.Tensor4D, { top, left, bottom, right }: Padding): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const down = Math.ceil((height + top + bottom - border) / tile);
  const across = Math.ceil((width + left + right - border) / tile);
  const missing = (size: number, tiles: number, before: number) => (tiles + 1) * tile - size - before;
  const padding = [[top, missing(height, down, top)], [left, missing(width, across, left)]]; // biome-ignore format: one line
  const tiles = tf.reshape(tf.spaceToBatchND(x, [tile, tile], padding), [tile, tile, batch, down + 1, across + 1, channels]); // biome-ignore format: one line
  // A window is a tile, and the first rows and columns of the next.
  const part = (rows: number, columns: number) =>
    tf.slice(
      tiles,
      [0, 0, 0, Number(rows === border), Number(columns === border), 0],
      [rows, columns, batch, down, across, channels],
    );
  return tf.concat([tile, border].map((rows) => tf.concat([part(rows, tile), part(rows, border)], 1)));
}

const tilesOf = (y: tf.Tensor4D) => y.shape[0] * Math.ceil(y.shape[1] / tile) * Math.ceil(y.shape[2] / tile);

/** The 4 x 4 tiles of an image, zeros beyond its edge: [16 * batch, tiles down, tiles across, channels]. */
function cut(y: tf.Tensor4D): tf.Tensor {
  const beyond = y.shape.slice(1, 3).map((size) => [0, Math.ceil(size / tile) * tile - size]);
  return tf.spaceToBatchND(y, [tile, tile], beyond);
}

/** The image of the products of transformed windows and filter: [36, batch * tiles, channels]. */
function joined(products: tf.Tensor, [batch, height, width, channels]: tf.Tensor4D["shape"]): tf.Tensor4D {
  const [down, across] = [Math.ceil(height / tile), Math.ceil(width / tile)];
  const outputs = apply(ofConvolution.output, products, [window ** 2, -1]);
  const tiles = tf.reshape(outputs, [tile ** 2 * batch, down, across, channels]);
  return tf.batchToSpaceND(tiles, [tile, tile], [[0, down * tile - height], [0, across * tile - width]]) as tf.Tensor4D; // biome-ignore format: one line
}
