import * as tf from "@tensorflow/tfjs-core";

/**
 * The pixels of an image [batch, height, width, channels] as far apart as strides are, and zeros between them.
 *
 * @param shape of the result: the last pixel may have fewer zeros behind it than there are between two, or none
 */
export function spread(
  image: tf.Tensor4D,
  [down, across]: readonly [down: number, across: number],
  shape: tf.Tensor4D["shape"],
): tf.Tensor4D {
  const [batch, height, width, channels] = image.shape;
  if (down * across === 1) return image;
  const apart = tf.reshape(image, [batch, height, 1, width, 1, channels]);
  const padded = tf.pad(apart, [[0, 0], [0, 0], [0, down - 1], [0, 0], [0, across - 1], [0, 0]]); // biome-ignore format: one line
  const whole = tf.reshape(padded, [batch, height * down, width * across, channels]) as tf.Tensor4D;
  return whole.shape[1] === shape[1] && whole.shape[2] === shape[2] ? whole : tf.slice(whole, [0, 0, 0, 0], shape);
}
