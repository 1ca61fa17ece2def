import * as tf from "@tensorflow/tfjs-core";
import { blendWithLuminance, scaleSaturation } from "./adjust-saturation.js";
import { type ColorPlanes, luminance } from "./color-planes.js";
import { rotateHue } from "./rotate-hue.js";

/** The reference's two implementations, which differ in brightness, and torchvision's. */
export type JitterVariant = "simclrv1" | "simclrv2" | "torchvision";

/** The operations of colour jitter; an order names them by their place in this list. */
export const jitterOperations = ["brightness", "contrast", "saturation", "hue"] as const;
export type JitterOperation = (typeof jitterOperations)[number];

/**
 * One turn of colour jitter: every image gets the one operation whose turn it is, and the three others at the
 * strength that changes nothing. So images of different orders share one static graph without a gather.
 *
 * @param planes red, green and blue, or gray alone, each `[batch, height, width, 1]` in [0, 1]
 * @param turn which operation each image gets, `[batch, 1, 1, 1]`
 * @param strengths each `[batch, 1, 1, 1]`
 */
export function jitterOnce(
  planes: readonly tf.Tensor4D[],
  turn: tf.Tensor,
  strengths: Readonly<Record<JitterOperation, tf.Tensor>>,
  variant: JitterVariant,
): readonly tf.Tensor4D[] {
  const strength = (name: JitterOperation, neutral: number) => {
    const chosen = tf.cast(tf.equal(turn, jitterOperations.indexOf(name)), "float32");
    return tf.add(tf.mul(chosen, tf.sub(strengths[name], neutral)), neutral);
  };
  const brightness = strength("brightness", variant === "simclrv1" ? 0 : 1);
  const contrast = strength("contrast", 1);
  // Brightness and contrast are both x a + b; at most one of them is at work.
  const scale = variant === "simclrv1" ? contrast : tf.mul(brightness, contrast);
  const shift = (mean: tf.Tensor) => {
    const about = tf.mul(mean, tf.sub(1, contrast));
    return variant === "simclrv1" ? tf.add(about, brightness) : about;
  };
  const mean = (plane: tf.Tensor): tf.Tensor => tf.mean(plane, [1, 2], true);
  const isColor = planes.length === 3;
  const meanLuminance =
    variant === "torchvision" && isColor ? mean(luminance(planes as unknown as ColorPlanes)) : undefined;
  const affine = planes.map((plane) =>
    tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(plane, scale), shift(meanLuminance ?? mean(plane))), 0, 1),
  );
  if (!isColor) return affine;
  const saturate = variant === "torchvision" ? blendWithLuminance : scaleSaturation;
  return rotateHue(saturate(affine as unknown as ColorPlanes, strength("saturation", 1)), strength("hue", 0));
}
