import * as tf from "@tensorflow/tfjs-core";

/** Red, green and blue apart, each with 1 for the channels. */
export type ColorPlanes = readonly [red: tf.Tensor4D, green: tf.Tensor4D, blue: tf.Tensor4D];

/** Red, green and blue of `[batch, 3, height, width]`. */
export function colorsOf(planes: tf.Tensor4D): ColorPlanes {
  return tf.split(planes, 3, 1) as unknown as ColorPlanes;
}

/** Each pixel's largest and smallest channel: V of HSV, and V (1 - S). */
export function valueRange([red, green, blue]: ColorPlanes): { largest: tf.Tensor4D; smallest: tf.Tensor4D } {
  return {
    largest: tf.maximum(tf.maximum(red, green), blue),
    smallest: tf.minimum(tf.minimum(red, green), blue),
  };
}

/**
 * How bright a colour looks, `0.2989 red + 0.5870 green + 0.1140 blue`: ITU-R BT.601 as `tf.image.rgb_to_grayscale`
 * rounds it; PIL has 0.299, 0.587, 0.114.
 */
export function luminance([red, green, blue]: ColorPlanes): tf.Tensor4D {
  return tf.add<tf.Tensor4D>(tf.add(tf.mul(red, 0.2989), tf.mul(green, 0.587)), tf.mul(blue, 0.114));
}
