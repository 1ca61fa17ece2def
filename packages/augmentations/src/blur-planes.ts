import * as tf from "@tensorflow/tfjs-core";

/**
 * A Gaussian blur as sums of shifted images, for where they fuse into one pass over memory for each axis.
 *
 * @param planes `[batch, channels, height, width]`; black around
 * @param sigma in pixels, `[batch]`
 * @param radius pixels further off weigh nothing
 */
export function blurPlanes(planes: tf.Tensor4D, sigma: tf.Tensor1D, radius: number): tf.Tensor4D {
  const [, , height, width] = planes.shape;
  const precision = tf.reshape(tf.div(0.5, tf.square(sigma)), [-1, 1]);
  const squaredDistance = tf.reshape(tf.square(tf.range(-radius, radius + 1)), [1, -1]);
  const gaussian = tf.exp(tf.neg(tf.mul(squaredDistance, precision)));
  const weights = tf.unstack(tf.div(gaussian, tf.sum(gaussian, 1, true)), 1);
  // Both axes get their border at once: between the two sums it would be in the way of their programs.
  const bordered = tf.pad(planes, [[0, 0], [0, 0], [radius, radius], [radius, radius]]); // biome-ignore format: one pair per axis
  const blurred = sumOfShifts(sumOfShifts(bordered, weights, 3, width), weights, 2, height);
  return tf.clipByValue(blurred, 0, 1);
}

function sumOfShifts(planes: tf.Tensor4D, weights: readonly tf.Tensor[], axis: number, length: number): tf.Tensor4D {
  const shape = planes.shape.with(axis, length);
  const shifted = (by: number) => tf.slice(planes, [0, 0, 0, 0].with(axis, by), shape);
  const terms = weights.map((weight, by) => tf.mul(shifted(by), tf.reshape(weight, [-1, 1, 1, 1])));
  return terms.reduce((sum, term) => tf.add(sum, term)) as tf.Tensor4D;
}
