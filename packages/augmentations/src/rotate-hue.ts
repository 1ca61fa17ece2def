import * as tf from "@tensorflow/tfjs-core";
import { type ColorPlanes, valueRange } from "./color-planes.js";

/**
 * Shifts H of HSV, as `tf.image.adjust_hue`, without leaving RGB.
 *
 * With c = max - min and the hue measured in `6 c` per turn, nothing is divided, gray needs no special case and the
 * gradient is finite: red - min = clip(|h - 3c| - c), green - min = clip(2c - |h - 2c|), blue - min = clip(2c - |h - 4c|),
 * each clipped to [0, c].
 *
 * @param turns of the colour circle, `[batch, 1, 1, 1]`; 0, like any whole number, changes nothing
 */
export function rotateHue(planes: ColorPlanes, turns: tf.Tensor): ColorPlanes {
  const [red, green, blue] = planes;
  const { largest, smallest } = valueRange(planes);
  const c = tf.sub(largest, smallest);
  const circle = tf.mul(c, 6);
  const redHue = tf.sub(green, blue);
  const greenHue = tf.add(tf.sub(blue, red), tf.mul(c, 2));
  const blueHue = tf.add(tf.sub(red, green), tf.mul(c, 4));
  const hue = tf.where(tf.equal(red, largest), redHue, tf.where(tf.equal(green, largest), greenHue, blueHue));
  // Within half a turn of [-c, 5c]: one step around the circle brings it back to [0, 6c).
  const shifted = tf.add(hue, tf.mul(circle, tf.sub(turns, tf.round(turns))));
  const wrapped = tf.where(
    tf.less(shifted, 0),
    tf.add(shifted, circle),
    tf.where(tf.greaterEqual(shifted, circle), tf.sub(shifted, circle), shifted),
  );
  const from = (multiple: number) => tf.abs(tf.sub(wrapped, tf.mul(c, multiple)));
  const channel = (above: tf.Tensor) => tf.add<tf.Tensor4D>(smallest, tf.minimum(tf.relu(above), c));
  const twice = tf.mul(c, 2);
  return [channel(tf.sub(from(3), c)), channel(tf.sub(twice, from(2))), channel(tf.sub(twice, from(4)))];
}
