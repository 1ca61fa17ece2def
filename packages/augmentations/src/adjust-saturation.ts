import * as tf from "@tensorflow/tfjs-core";
import { type ColorPlanes, luminance, valueRange } from "./color-planes.js";

/**
 * Multiplies S of HSV and cuts it at 1, as `tf.image.adjust_saturation`, without leaving RGB: hue and V stay, and every
 * channel's distance from V scales by `S' / S = min(factor, 1 / S)`.
 *
 * @param factor at least 0, `[batch, 1, 1, 1]`; 1 changes nothing
 */
export function scaleSaturation(planes: ColorPlanes, factor: tf.Tensor): ColorPlanes {
  const { largest, smallest } = valueRange(planes);
  // Gray has S = 0 and nothing to scale: any finite ratio will do.
  const inverse = tf.div(largest, tf.maximum(tf.sub(largest, smallest), 1e-6));
  const ratio = tf.minimum(inverse, factor);
  return mapPlanes(planes, (plane) => tf.sub<tf.Tensor4D>(largest, tf.mul(tf.sub(largest, plane), ratio)));
}

/** Blends with the pixel's luminance, `factor x + (1 - factor) luminance`, and clips: torchvision's saturation. */
export function blendWithLuminance(planes: ColorPlanes, factor: tf.Tensor): ColorPlanes {
  const gray = tf.mul(luminance(planes), tf.sub(1, factor));
  return mapPlanes(planes, (plane) => tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(plane, factor), gray), 0, 1));
}

function mapPlanes([red, green, blue]: ColorPlanes, fn: (plane: tf.Tensor4D) => tf.Tensor4D): ColorPlanes {
  return [fn(red), fn(green), fn(blue)];
}
