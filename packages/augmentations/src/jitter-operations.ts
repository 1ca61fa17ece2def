import * as tf from "@tensorflow/tfjs-core";
import { blendWithLuminance, scaleSaturation } from "./adjust-saturation.js";
import { colorsOf, luminance } from "./color-planes.js";
import { rotateHue } from "./rotate-hue.js";

/** The reference's two implementations, which differ in brightness, and torchvision's. */
export type JitterVariant = "simclrv1" | "simclrv2" | "torchvision";

/** The operations of colour jitter; an order names them by their place in this list. */
export const jitterOperations = ["brightness", "contrast", "saturation", "hue"] as const;
export type JitterOperation = (typeof jitterOperations)[number];

/**
 * The operations of colour jitter on every image in its own order, in one static graph without a gather.
 *
 * With B, C and S for brightness, contrast, and saturation or hue, all 24 orders are contained in B C B, S, B C B, S, B C B:
 * every image passes through all of it, and is changed at its own four places.
 *
 * @param planes `[batch, 3 or 1, height, width]` in [0, 1]
 * @param order which operation comes first, second, third and fourth, `[batch, 4]`
 * @param strengths each `[batch, 1, 1, 1]`
 */
export function jitterInOrder(
  planes: tf.Tensor4D,
  order: tf.Tensor2D,
  strengths: Readonly<Record<JitterOperation, tf.Tensor>>,
  variant: JitterVariant,
): tf.Tensor4D {
  const turns = jitterOperations.map((_, i) => {
    const isTurn = tf.cast(tf.equal(order, i), "float32");
    return tf.reshape(tf.sum(tf.mul(isTurn, tf.range(0, 4)), 1), [-1, 1, 1, 1]);
  });
  const turnOf = (name: JitterOperation) => turns[jitterOperations.indexOf(name)] as tf.Tensor;
  const comesBefore = (a: JitterOperation, b: JitterOperation) => tf.less(turnOf(a), turnOf(b));
  const colorsBefore = (name: JitterOperation) =>
    tf.add(tf.cast(comesBefore("saturation", name), "int32"), tf.cast(comesBefore("hue", name), "int32"));
  const neutral = { brightness: variant === "simclrv1" ? 0 : 1, contrast: 1, saturation: 1, hue: 0 };

  /** One operation on those images that have this place for it. */
  const change = (
    seen: tf.Tensor4D,
    name: JitterOperation,
    apply: (strength: tf.Tensor) => tf.Tensor4D,
    isPlace: tf.Tensor,
  ): tf.Tensor4D => {
    const isAtWork = tf.logicalAnd(isPlace, tf.notEqual(strengths[name], neutral[name]));
    return tf.where(isAtWork, apply(strengths[name]), seen);
  };
  const isColor = planes.shape[1] === 3;
  const saturate = variant === "torchvision" ? blendWithLuminance : scaleSaturation;
  let seen = planes;
  for (const place of [0, 1, 2]) {
    const isHere = (name: JitterOperation) => tf.equal(colorsBefore(name), place);
    const brighten = (isInOrder: tf.Tensor) => {
      const brightened = (by: tf.Tensor) =>
        tf.clipByValue(variant === "simclrv1" ? tf.add(seen, by) : tf.mul(seen, by), 0, 1) as tf.Tensor4D;
      return change(seen, "brightness", brightened, tf.logicalAnd(isHere("brightness"), isInOrder));
    };
    seen = brighten(comesBefore("brightness", "contrast"));
    seen = change(seen, "contrast", (factor) => scaleContrast(seen, factor, variant), isHere("contrast"));
    seen = brighten(comesBefore("contrast", "brightness"));
    if (!isColor || place === 2) continue;
    // Whichever of the two comes first is here at the first place.
    const turned = change(seen, "hue", (by) => rotateHue(seen, by), isHere("hue"));
    seen = change(turned, "saturation", (factor) => saturate(seen, factor), isHere("saturation"));
  }
  return seen;
}

/** Scales about the mean of each channel, torchvision's about the mean luminance, and clips. */
function scaleContrast(planes: tf.Tensor4D, factor: tf.Tensor, variant: JitterVariant): tf.Tensor4D {
  const isOfLuminance = variant === "torchvision" && planes.shape[1] === 3;
  const mean = tf.mean(isOfLuminance ? luminance(colorsOf(planes)) : planes, [2, 3], true);
  return tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(planes, factor), tf.mul(mean, tf.sub(1, factor))), 0, 1);
}
