import * as tf from "@tensorflow/tfjs-core";

/**
 * Transforms rows and columns of every image by matrices of its own: `out = rows · image · columnsᵀ`, channel by
 * channel, as two batched matrix products.
 *
 * @param images `[batch, height, width, channels]`
 * @param rows `[batch, outputHeight, height]`
 * @param columns `[batch, outputWidth, width]`
 * @returns `[batch, outputHeight, outputWidth, channels]`; borrows its arguments
 */
export function separableTransform(images: tf.Tensor4D, rows: tf.Tensor3D, columns: tf.Tensor3D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const outputHeight = rows.shape[1];
  const outputWidth = columns.shape[1];
  const lines = tf.matMul(rows, tf.reshape(images, [batch, height, width * channels]));
  // [batch, outputHeight, width, channels] -> [batch, width, outputHeight, channels]: the columns come to the rows' place.
  const turned = tf.transpose(tf.reshape(lines, [batch, outputHeight, width, channels]), [0, 2, 1, 3]);
  const out = tf.matMul(columns, tf.reshape(turned, [batch, width, outputHeight * channels]));
  return tf.transpose<tf.Tensor4D>(tf.reshape(out, [batch, outputWidth, outputHeight, channels]), [0, 2, 1, 3]);
}
