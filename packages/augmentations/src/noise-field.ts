import * as tf from "@tensorflow/tfjs-core";

/** The largest prime below 4096 whose cubes are a permutation: float32 holds its squares exactly. */
export const noisePrime = 4091;

/** How many numbers make the key of an image's noise. */
export const noiseKeyLength = 3;

// Different in each round, and else arbitrary.
const roundConstants = [1013, 2887, 331, 3571, 1709, 2243, 607, 3989];
const channelStride = 1361;

/**
 * Normal numbers from small keys, made on the device: the same on every backend up to the last digits of `log` and `cos`.
 *
 * A counter-based generator in float32 arithmetic that is exact, since every number stays below 2^24: the pixel's place
 * (row, column) goes through eight rounds of the Feistel cipher `(l, r) -> (r + (l + key)³ mod p, l)`, then both halves
 * through Box and Muller's transform. So 4091² different values, up to 4.25 deviations from 0.
 *
 * @param key `[batch, 3]`, integers in [0, 4091)
 * @param shape of the images; height and width up to 4091
 * @returns `[batch, height, width, channels]` of mean 0 and variance 1
 * @see Albrecht et al. 2016, "MiMC", whose round this is, in a field too small for a secret
 */
export function noiseField(key: tf.Tensor2D, shape: readonly [number, number, number, number]): tf.Tensor4D {
  const [batch, height, width, channels] = shape;
  const keys = tf.split(key, noiseKeyLength, 1).map((part) => tf.reshape(part, [batch, 1, 1, 1]));
  const byChannel = tf.reshape(tf.mul(tf.range(0, channels), channelStride), [1, 1, 1, channels]);
  const modulo = (x: tf.Tensor) => tf.mod(x, noisePrime);
  let left: tf.Tensor = tf.reshape(tf.range(0, height), [1, height, 1, 1]);
  let right: tf.Tensor = tf.reshape(tf.range(0, width), [1, 1, width, 1]);
  roundConstants.forEach((constant, round) => {
    const part = tf.add(keys[round % noiseKeyLength] as tf.Tensor, constant);
    const keyed = modulo(tf.add(left, round % noiseKeyLength === 0 ? tf.add(part, byChannel) : part));
    const cubed = modulo(tf.mul(modulo(tf.square(keyed)), keyed));
    [left, right] = [modulo(tf.add(right, cubed)), left];
  });
  const uniform = (half: tf.Tensor) => tf.div(tf.add(half, 0.5), noisePrime);
  const radius = tf.sqrt(tf.mul(tf.log(uniform(left)), -2));
  return tf.mul<tf.Tensor4D>(radius, tf.cos(tf.mul(uniform(right), 2 * Math.PI)));
}
