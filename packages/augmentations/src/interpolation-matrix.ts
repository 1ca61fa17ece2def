import * as tf from "@tensorflow/tfjs-core";

/** How pixels between pixels are read: a triangle over 2 pixels, or Keys' cubic over 4. */
export type Interpolation = "bilinear" | "bicubic";

export interface InterpolationOptions {
  /** Default `"bicubic"`: google-research/simclr@383d414 tf2/data_util.py. torchvision's default is `"bilinear"`. */
  readonly interpolation?: Interpolation;
  /** Whether the kernel widens when the image shrinks. Default false, as the reference; PIL and torchvision: true. */
  readonly antialias?: boolean;
}

/** A segment of an axis for each image of a batch, in pixels, `[batch]`, and what it is resized to. */
export interface Resizing extends InterpolationOptions {
  readonly start: tf.Tensor1D;
  readonly size: tf.Tensor1D;
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * The matrix that resizes a segment of an axis, for each image of a batch: row i holds the weights of the pixels that
 * make output pixel i.
 *
 * Pixel centres lie at halves. Output i reads position `start + (i + 0.5) * size / outputSize`; pixel p weighs
 * `kernel(p + 0.5 - position)`, the kernel being stretched by the shrinking factor with antialias. Pixels outside the
 * segment weigh nothing and the row is divided by its sum, so that nothing outside the crop, padding least of all, is seen.
 *
 * @returns `[batch, outputSize, inputSize]`, rows sum to 1; borrows its arguments
 * @see Keys 1981 with A = -0.5, as `tf.image.resize` of TensorFlow 2 and PIL; TensorFlow 1 and torch without antialias have -0.75
 */
export function interpolationMatrix(resizing: Resizing): tf.Tensor3D {
  return weightsOf(resizing, tf.reshape(tf.range(0, resizing.inputSize), [1, 1, -1]));
}

/**
 * The same matrix by its entries that are not 0: of every output pixel the few pixels that make it, and their weights.
 *
 * @returns `pixels` int32 and `weights`, both `[batch, outputSize, taps]`; pixels outside the image are of weight 0, and
 * their nearest stands for them
 */
export function interpolationTaps(resizing: Resizing): { readonly pixels: tf.Tensor3D; readonly weights: tf.Tensor3D } {
  const { inputSize, outputSize, interpolation, antialias } = resizing;
  const radius = (interpolation === "bilinear" ? 1 : 2) * (antialias ? Math.max(inputSize / outputSize, 1) : 1);
  const { positions } = placesOf(resizing);
  const first = tf.floor(tf.add(positions, 0.5 - radius));
  const pixels = tf.add(first, tf.reshape(tf.range(0, Math.ceil(2 * radius)), [1, 1, -1]));
  const nearest = tf.cast(tf.clipByValue(pixels, 0, inputSize - 1), "int32") as tf.Tensor3D;
  return { pixels: nearest, weights: weightsOf(resizing, pixels) };
}

/** Where output pixels are read, `[batch, outputSize, 1]`, the segment's first pixel and the step, `[batch, 1, 1]`. */
function placesOf({ start, size, outputSize }: Resizing) {
  const first = tf.reshape(start, [-1, 1, 1]);
  const scale = tf.div(tf.reshape(size, [-1, 1, 1]), outputSize);
  const outputCentres = tf.reshape(tf.range(0.5, outputSize, 1), [1, outputSize, 1]);
  return { first, scale, positions: tf.add(first, tf.mul(scale, outputCentres)) };
}

/** The weights of pixels by their numbers, which broadcast to `[batch, outputSize, pixels]`. */
function weightsOf(resizing: Resizing, pixels: tf.Tensor): tf.Tensor3D {
  const { size, interpolation = "bicubic", antialias = false } = resizing;
  const { first, scale, positions } = placesOf(resizing);
  const end = tf.add(first, tf.reshape(size, [-1, 1, 1]));
  const centres = tf.add(pixels, 0.5);
  const distance = tf.abs(tf.sub(centres, positions));
  const inside = tf.logicalAnd(tf.greater(centres, first), tf.less(centres, end));
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
