import * as tf from "@tensorflow/tfjs-core";

const levels = 256;

/**
 * Equalizes the histogram of every image and channel over 256 levels, as PIL's `ImageOps.equalize` does to bytes. Its result
 * is a whole 255th; its gradient is 0, as that of every table of bytes.
 *
 * Histograms are sums scattered into a table whose size the batch's alone decides; counts stay exact in float32.
 */
export function equalizePixels(images: tf.Tensor4D): tf.Tensor4D {
  const compute = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x] = args as [tf.Tensor4D];
    return { value: equalized(x), gradFunc: () => tf.zeros(x.shape) };
  });
  return compute(images) as tf.Tensor4D;
}

function equalized(images: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const tables = batch * channels;
  const level = tf.floor(tf.add(tf.mul(images, levels - 1), 0.5));
  const firstOfTable = tf.reshape(tf.mul(tf.range(0, tables), levels), [batch, 1, 1, channels]);
  const place = tf.reshape(tf.cast(tf.add(level, firstOfTable), "int32"), [-1, 1]);
  const counts = tf.reshape(tf.scatterND(place, tf.ones([images.size]), [tables * levels]), [tables, levels]);
  const brightest = tf.reshape(tf.max(level, [1, 2], true), [tables, 1]);
  const isBrightest = tf.cast(tf.equal(tf.reshape(tf.range(0, levels), [1, levels]), brightest), "float32");
  const others = tf.sub(height * width, tf.sum(tf.mul(counts, isBrightest), 1, true));
  // Half a count keeps quotients of whole numbers away from the next whole number.
  const wholeQuotient = (a: tf.Tensor, b: tf.Tensor | number) => tf.floor(tf.div(tf.add(a, 0.5), b));
  const step = wholeQuotient(others, levels - 1);
  const below = tf.cumsum(counts, 1, true);
  const filled = wholeQuotient(tf.add(below, wholeQuotient(step, 2)), tf.maximum(step, 1));
  const table = tf.where(tf.greater(step, 0), tf.minimum(filled, levels - 1), tf.range(0, levels));
  const found = tf.gatherND(tf.reshape(table, [tables * levels]), place);
  return tf.div<tf.Tensor4D>(tf.reshape(found, images.shape), levels - 1);
}
