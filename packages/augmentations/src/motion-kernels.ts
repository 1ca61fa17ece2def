import * as tf from "@tensorflow/tfjs-core";

/** Taps that lie this close to the middle between two are in the middle: sines and cosines are not exact. */
const snapsPerPixel = 4096;

/**
 * The kernels of motion blur: a line of odd length, turned counter-clockwise by the nearest tap, ties to the even one.
 *
 * @param kernelSize, angle, direction each `[batch]`
 * @param size of the kernels that come out, the largest `kernelSize`, odd
 * @returns `[batch, size, size]`, each with the sum 1; owned by the caller
 */
export function motionKernels(
  kernelSize: tf.Tensor1D,
  angle: tf.Tensor1D,
  direction: tf.Tensor1D,
  size: number,
): tf.Tensor3D {
  const perImage = (value: tf.Tensor) => tf.reshape(value, [-1, 1, 1]);
  const radians = perImage(tf.mul(angle, Math.PI / 180));
  const [sine, cosine] = [tf.sin(radians), tf.cos(radians)];
  const offsets = tf.range(-(size - 1) / 2, size / 2, 1);
  const [right, down] = [tf.reshape(offsets, [1, 1, size]), tf.reshape(offsets, [1, size, 1])];
  const last = perImage(tf.sub(kernelSize, 1));
  const middle = tf.div(last, 2);
  // Where on the line, counted from its first tap, and on which row of the kernel each tap was before it was turned.
  const tap = (position: tf.Tensor) =>
    tf.round(tf.add(tf.div(tf.round(tf.mul(position, snapsPerPixel)), snapsPerPixel), middle));
  const along = tap(tf.sub(tf.mul(cosine, right), tf.mul(sine, down)));
  const row = tap(tf.add(tf.mul(sine, right), tf.mul(cosine, down)));
  const within = (value: tf.Tensor, least: tf.Tensor | number, most: tf.Tensor) =>
    tf.logicalAnd(tf.greaterEqual(value, least), tf.lessEqual(value, most));
  const inSquare = tf.lessEqual(tf.maximum(tf.abs(right), tf.abs(down)), middle);
  const onLine = tf.logicalAnd(inSquare, tf.logicalAnd(tf.equal(row, middle), within(along, 0, last)));
  const first = tf.div(tf.add(perImage(direction), 1), 2);
  const weight = tf.add(first, tf.mul(along, tf.div(tf.sub(1, tf.mul(first, 2)), last)));
  const kernel = tf.mul(weight, tf.cast(onLine, "float32"));
  return tf.div<tf.Tensor3D>(kernel, tf.sum(kernel, [1, 2], true));
}
