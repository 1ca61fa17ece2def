import * as tf from "@tensorflow/tfjs-core";

// The arithmetic of tones on images `[batch, height, width, channels]`, with a strength of `[batch, 1, 1, 1]`.

/** Keeps the given number of bits of every byte. Its gradient is that of no change: rounding has none. */
export function posterizePixels(images: tf.Tensor4D, bits: tf.Tensor): tf.Tensor4D {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x] = args as [tf.Tensor4D];
    const size = tf.pow(2, tf.sub(8, bits));
    const level = tf.floor(tf.add(tf.mul(x, 255), 0.5));
    // Half a level keeps quotients of whole numbers away from the next whole number.
    const kept = tf.mul(tf.floor(tf.div(tf.add(level, 0.5), size)), size);
    return { value: tf.div(kept, 255), gradFunc: (dy: tf.Tensor) => dy };
  });
  return compute(images) as tf.Tensor4D;
}

/** Inverts pixels from a threshold on; at 0 all of them. */
export function solarizePixels(images: tf.Tensor4D, threshold: tf.Tensor): tf.Tensor4D {
  const kept = tf.step(tf.sub(threshold, images));
  return tf.add<tf.Tensor4D>(tf.mul(images, kept), tf.mul(tf.sub(1, images), tf.sub(1, kept)));
}

/** Stretches every channel from its darkest to its brightest pixel over [0, 1]; a flat channel stays. */
export function stretchContrast(images: tf.Tensor4D): tf.Tensor4D {
  const [lowest, highest] = [tf.min(images, [1, 2], true), tf.max(images, [1, 2], true)];
  const range = tf.sub(highest, lowest);
  const isFlat = tf.sub(1, tf.step(range));
  const stretched = tf.div(tf.sub(images, lowest), tf.add(range, isFlat));
  return tf.clipByValue(tf.add<tf.Tensor4D>(stretched, tf.mul(lowest, isFlat)), 0, 1);
}

/** The image smoothed by `[1 1 1; 1 5 1; 1 1 1] / 13`, whose outermost pixels stay sharp. */
export function smoothed(images: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  if (height < 3 || width < 3) return images;
  const inner: [number, number, number, number] = [batch, height - 2, width - 2, channels];
  const part = (y: number, x: number) => tf.slice(images, [0, y, x, 0], inner);
  const sum = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => part(y, x))).reduce((a, b) => tf.add(a, b));
  const mean = tf.div<tf.Tensor4D>(tf.add(sum, tf.mul(part(1, 1), 4)), 13);
  const border: [number, number][] = [[0, 0], [1, 1], [1, 1], [0, 0]]; // biome-ignore format: one row
  return tf.add(images, tf.pad(tf.sub(mean, part(1, 1)), border));
}

/** Blends with the smoothed image, `factor x + (1 - factor) smooth(x)`. */
export function adjustSharpness(images: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  const other = tf.mul(smoothed(images), tf.sub(1, factor));
  return tf.clipByValue(tf.add<tf.Tensor4D>(tf.mul(images, factor), other), 0, 1);
}
