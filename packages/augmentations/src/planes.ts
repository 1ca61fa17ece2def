import * as tf from "@tensorflow/tfjs-core";

/**
 * Images channel by channel, `[batch, channels, height, width]`. A channel's pixels are neighbours in memory, so that a processor
 * takes eight of them at once; of pixels of three numbers it takes one.
 */
export function toPlanes(images: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(images, [0, 3, 1, 2]);
}

/** The way back, to `[batch, height, width, channels]`. */
export function toImages(planes: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(planes, [0, 2, 3, 1]);
}
