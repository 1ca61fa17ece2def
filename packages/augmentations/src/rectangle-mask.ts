import type { TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { SampledParameters } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";

/**
 * 1 in a rectangle of every image, 0 outside.
 *
 * @param parameters `y`, `x`, `height`, `width` in whole pixels, each `[batch]`; may hang over the edge
 * @returns `[batch, height, width, 1]`, owned by the caller
 * @throws SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH
 */
export function rectangleMask(
  augmentation: string,
  images: tf.Tensor4D,
  parameters: SampledParameters | TensorTree,
): tf.Tensor4D {
  const [batch, height, width] = images.shape;
  const covers = (start: string, length: string, size: number) => {
    const number = (name: string) => tf.reshape(parameterTensor(augmentation, parameters, name, [batch]), [batch, 1]);
    const pixels = tf.reshape(tf.range(0, size), [1, size]);
    const first = number(start);
    const inside = tf.logicalAnd(tf.greaterEqual(pixels, first), tf.less(pixels, tf.add(first, number(length))));
    return tf.cast(inside, "float32");
  };
  const rows = tf.reshape(covers("y", "height", height), [batch, height, 1, 1]);
  return tf.mul(rows, tf.reshape(covers("x", "width", width), [batch, 1, width, 1]));
}
