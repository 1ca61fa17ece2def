import * as tf from "@tensorflow/tfjs-core";
import { colorsOf, valueRange } from "./color-planes.js";

/**
 * Shifts H of HSV, as `tf.image.adjust_hue`, without leaving RGB.
 *
 * With c = max - min and the hue measured in `6 c` per turn, gray needs no special case and the gradient is finite:
 * red - min = clip(|h - 3c| - c), green - min = clip(2c - |h - 2c|), blue - min = clip(2c - |h - 4c|),
 * each clipped to [0, c].
 *
 * @param planes `[batch, 3, height, width]`
 * @param turns of the colour circle, `[batch, 1, 1, 1]`; 0, like any whole number, changes nothing
 */
export function rotateHue(planes: tf.Tensor4D, turns: tf.Tensor): tf.Tensor4D {
  const colors = colorsOf(planes);
  const [red, green, blue] = colors;
  const { largest, smallest } = valueRange(colors);
  const c = tf.sub(largest, smallest);
  const circle = tf.mul(c, 6);
  const redHue = tf.sub(green, blue);
  const greenHue = tf.add(tf.sub(blue, red), tf.mul(c, 2));
  const blueHue = tf.add(tf.sub(red, green), tf.mul(c, 4));
  // Masks by step, not by where: TensorFlow.js cannot differentiate past a comparison. A tie goes to red, then to green.
  const notRed = tf.step(tf.sub(largest, red));
  const notGreen = tf.step(tf.sub(largest, green));
  const greenOrBlue = mix(greenHue, blueHue, notGreen);
  const hue = mix(redHue, greenOrBlue, notRed);
  const shifted = tf.add(hue, tf.mul(circle, turns));
  const wrapped = tf.sub(shifted, tf.mul(circle, tf.floor(tf.div(shifted, tf.maximum(circle, 1e-6)))));
  const perColor = (ofRed: number, ofGreen: number, ofBlue: number) =>
    tf.tensor4d([ofRed, ofGreen, ofBlue], [1, 3, 1, 1]);
  const distance = tf.abs(tf.sub(wrapped, tf.mul(c, perColor(3, 2, 4))));
  const above = tf.add(tf.mul(distance, perColor(1, -1, -1)), tf.mul(c, perColor(-1, 2, 2)));
  // The gradient of a minimum in TensorFlow.js wants both sides of one shape.
  return tf.add(smallest, tf.minimum(tf.relu(above), tf.broadcastTo(c, above.shape)));
}

function mix(a: tf.Tensor, b: tf.Tensor, weightOfB: tf.Tensor): tf.Tensor {
  return tf.add(a, tf.mul(tf.sub(b, a), weightOfB));
}
