import * as tf from "@tensorflow/tfjs-core";
import { affineTransform } from "./affine-transform.js";
import { type ColorPlanes, luminance } from "./color-planes.js";
import { equalizePixels } from "./equalize-pixels.js";
import { type PolicyOperation, policyOperations } from "./policy-operations.js";
import type { ResampleOptions } from "./resample.js";
import { posterizePixels, smoothed, solarizePixels, stretchContrast } from "./tone-operations.js";

/**
 * One turn of a policy: every image gets the one operation whose turn it is, out of one static graph in which the others are at
 * the strength that changes nothing. What has one form is computed once: all that moves pixels is an affine map, and
 * brightness, color, contrast and sharpness are blends with black, gray, mean gray and the smoothed image.
 *
 * @param turn which operation each image gets, `[batch, 1]`
 * @param magnitude its magnitude, `[batch, 1]`
 */
export function operateOnce(
  images: tf.Tensor4D,
  turn: tf.Tensor,
  magnitude: tf.Tensor,
  options: ResampleOptions,
): tf.Tensor4D {
  const batch = images.shape[0];
  const isTurnOf = (...names: PolicyOperation[]) => {
    const chosen = names.map((name) => tf.cast(tf.equal(turn, policyOperations.indexOf(name)), "float32"));
    return tf.reshape(chosen.reduce((a, b) => tf.add(a, b)), [batch, 1, 1, 1]); // biome-ignore format: one line
  };
  const strength = tf.reshape(magnitude, [batch, 1, 1, 1]);
  // Not neutral + chosen * (magnitude - neutral), which would round a threshold off a pixel that equals it.
  const strengthOf = (neutral: number, ...names: PolicyOperation[]) => {
    const chosen = isTurnOf(...names);
    return tf.add(tf.mul(chosen, strength), tf.mul(tf.sub(1, chosen), neutral));
  };
  const where = (name: PolicyOperation, changed: tf.Tensor4D, kept: tf.Tensor4D) => {
    const chosen = isTurnOf(name);
    return tf.add<tf.Tensor4D>(tf.mul(changed, chosen), tf.mul(kept, tf.sub(1, chosen)));
  };

  const moved = move(images, strengthOf, options);
  const blended = blend(moved, isTurnOf, strengthOf(1, "brightness", "color", "contrast", "sharpness"));
  // Above every pixel nothing is inverted.
  const solarized = solarizePixels(blended, tf.mul(strengthOf(2, "solarize"), tf.sub(1, isTurnOf("invert"))));
  const posterized = where("posterize", posterizePixels(solarized, strengthOf(8, "posterize")), solarized);
  const stretched = where("autoContrast", stretchContrast(posterized), posterized);
  return where("equalize", equalizePixels(stretched), stretched);
}

/** Shears about the upper left corner, shifts, and turns about the middle; at most one of them is not at rest. */
function move(
  images: tf.Tensor4D,
  strengthOf: (neutral: number, name: PolicyOperation) => tf.Tensor,
  options: ResampleOptions,
): tf.Tensor4D {
  const [batch, height, width] = images.shape;
  const of = (name: PolicyOperation) => tf.reshape<tf.Rank.R1>(strengthOf(0, name), [batch]);
  const radians = tf.mul<tf.Tensor1D>(of("rotate"), Math.PI / 180);
  const [sine, cosine] = [tf.sin(radians), tf.cos(radians)];
  const [slant, slope] = [of("shearX"), of("shearY")];
  const map = { a: cosine, b: tf.sub<tf.Tensor1D>(slant, sine), c: tf.add<tf.Tensor1D>(sine, slope), d: cosine };
  // The fixed row is the top edge, half the height above the middle; the fixed column the left one.
  const e = tf.sub<tf.Tensor1D>(tf.mul(slant, height / 2), of("translateX"));
  const f = tf.sub<tf.Tensor1D>(tf.mul(slope, width / 2), of("translateY"));
  return affineTransform(images, { ...map, e, f }, options);
}

/** `factor x + (1 - factor) other`, where other is black, gray, the mean of gray, or the smoothed image. */
function blend(
  images: tf.Tensor4D,
  isTurnOf: (...names: PolicyOperation[]) => tf.Tensor,
  factor: tf.Tensor,
): tf.Tensor4D {
  const isGray = images.shape[3] === 1;
  const gray = isGray ? images : luminance(tf.split(images, 3, 3) as unknown as ColorPlanes);
  const parts: [PolicyOperation, tf.Tensor][] = [
    ["color", gray],
    ["contrast", tf.mean(gray, [1, 2], true)],
    ["sharpness", smoothed(images)],
  ];
  const other = parts.map(([name, part]) => tf.mul(part, isTurnOf(name))).reduce((a, b) => tf.add(a, b));
  return tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(images, factor), tf.mul(other, tf.sub(1, factor))), 0, 1);
}
