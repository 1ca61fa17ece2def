import * as tf from "@tensorflow/tfjs-core";
import { colorsOf, luminance, valueRange } from "./color-planes.js";

/**
 * Multiplies S of HSV and cuts it at 1, as `tf.image.adjust_saturation`, without leaving RGB: hue and V stay, and every
 * channel's distance from V scales by `S' / S = min(factor, 1 / S)`.
 *
 * @param planes `[batch, 3, height, width]`
 * @param factor at least 0, `[batch, 1, 1, 1]`; 1 changes nothing
 */
export function scaleSaturation(planes: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  const { largest, smallest } = valueRange(colorsOf(planes));
  // Gray has S = 0 and nothing to scale: any finite ratio will do.
  const inverse = tf.div(largest, tf.maximum(tf.sub(largest, smallest), 1e-6));
  return tf.sub(largest, tf.mul(tf.sub(largest, planes), tf.minimum(inverse, factor)));
}

/** Blends with the pixel's luminance, `factor x + (1 - factor) luminance`, and clips: torchvision's saturation. */
export function blendWithLuminance(planes: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  const gray = tf.mul(luminance(colorsOf(planes)), tf.sub(1, factor));
  return tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(planes, factor), gray), 0, 1);
}
