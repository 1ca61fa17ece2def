import * as tf from "@tensorflow/tfjs-core";

/** How pixels between pixels are read: a triangle over 2 pixels, or Keys' cubic over 4. */
export type Interpolation = "bilinear" | "bicubic";

export interface InterpolationOptions {
  /** Default `"bicubic"`: google-research/simclr@383d414 tf2/data_util.py. torchvision's default is `"bilinear"`. */
  readonly interpolation?: Interpolation;
  /** Whether the kernel widens when the image shrinks. Default false, as the reference; PIL and torchvision: true. */
  readonly antialias?: boolean;
}

/**
 * The matrix that resizes a segment of an axis, for each image of a batch: row i holds the weights of the pixels that
 * make output pixel i.
 *
 * Pixel centres lie at halves. Output i reads position `start + (i + 0.5) * size / outputSize`; pixel p weighs
 * `kernel(p + 0.5 - position)`, the kernel being stretched by the shrinking factor with antialias. Pixels outside the
 * segment weigh nothing and the row is divided by its sum, so that nothing outside the crop, padding least of all, is seen.
 *
 * @param start, size the segment in pixels, `[batch]`
 * @returns `[batch, outputSize, inputSize]`, rows sum to 1; borrows its arguments
 * @see Keys 1981 with A = -0.5, as `tf.image.resize` of TensorFlow 2 and PIL; TensorFlow 1 and torch without antialias have -0.75
 */
export function interpolationMatrix(
  start: tf.Tensor1D,
  size: tf.Tensor1D,
  inputSize: number,
  outputSize: number,
  { interpolation = "bicubic", antialias = false }: InterpolationOptions = {},
): tf.Tensor3D {
  const first = tf.reshape(start, [-1, 1, 1]);
  const length = tf.reshape(size, [-1, 1, 1]);
  const scale = tf.div(length, outputSize);
  const outputCentres = tf.reshape(tf.range(0.5, outputSize, 1), [1, outputSize, 1]);
  const inputCentres = tf.reshape(tf.range(0.5, inputSize, 1), [1, 1, inputSize]);
  const positions = tf.add(first, tf.mul(scale, outputCentres));
  const distance = tf.abs(tf.sub(inputCentres, positions));
  const inside = tf.logicalAnd(tf.greater(inputCentres, first), tf.less(inputCentres, tf.add(first, length)));
  const kernel = interpolation === "bilinear" ? triangle : keysCubic;
  const weights = tf.mul(
    kernel(antialias ? tf.div(distance, tf.maximum(scale, 1)) : distance),
    tf.cast(inside, "float32"),
  );
  return tf.div<tf.Tensor3D>(weights, tf.sum(weights, 2, true));
}

function triangle(distance: tf.Tensor): tf.Tensor {
  return tf.relu(tf.sub(1, distance));
}

// With A = -0.5: 1.5 x^3 - 2.5 x^2 + 1 up to 1, -0.5 x^3 + 2.5 x^2 - 4 x + 2 up to 2, both in Horner's form.
function keysCubic(distance: tf.Tensor): tf.Tensor {
  const x = tf.minimum(distance, 2);
  const near = tf.add(tf.mul(tf.mul(x, x), tf.sub(tf.mul(x, 1.5), 2.5)), 1);
  const far = tf.add(tf.mul(tf.add(tf.mul(tf.sub(2.5, tf.mul(x, 0.5)), x), -4), x), 2);
  return tf.where(tf.less(x, 1), near, far);
}
