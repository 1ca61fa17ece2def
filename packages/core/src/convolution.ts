import * as tf from "@tensorflow/tfjs-core";

/**
 * A 2-D convolution without bias, padded as the reference pads: stride 1 `same`; larger strides with
 * `(k - 1) / 2` rows before and the rest after, whatever the input's size, then `valid`.
 *
 * @param x `[batch, height, width, inputChannels]`
 * @param kernel `[k, k, inputChannels, outputChannels]`
 * @returns `[batch, ceil(height / stride), ceil(width / stride), outputChannels]`; borrows its arguments
 * @see google-research/simclr@383d414 resnet.py, `conv2d_fixed_padding`; differs from TensorFlow's `same` at stride 2
 */
export function convolution(x: tf.Tensor4D, kernel: tf.Tensor4D, stride = 1): tf.Tensor4D {
  if (stride === 1) return tf.conv2d(x, kernel, 1, "same");
  const size = kernel.shape[0];
  const before = Math.floor((size - 1) / 2);
  const around: [number, number] = [before, size - 1 - before];
  return tf.conv2d(x, kernel, stride, size === 1 ? "valid" : [[0, 0], around, around, [0, 0]]);
}
