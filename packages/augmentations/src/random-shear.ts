import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export interface RandomShearOptions {
  /** Largest slant: pixels that a row moves sideways for each row away from the middle. Default 0.5, 27 degrees. */
  readonly horizontal?: number;
  /** Largest slope: pixels that a column moves up or down for each column away from the middle. Default 0.3. */
  readonly vertical?: number;
}

/**
 * Slants every image, `out(y, x) = in(y + v (x - middle), x + h (y - middle))`, first along rows, then along columns; both
 * together turn it too. For writing and symbols, whose slant means nothing. Reads between pixels linearly, and black outside.
 *
 * Costs `height * width * (height + width)` products for each image and channel: made for small images.
 *
 * @returns an augmentation with parameters `horizontal` and `vertical`, each `[batch]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Paeth 1986, "A fast algorithm for general raster rotation"; SimCLR itself shears nothing
 * @example
 * ```ts
 * import { randomShear } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const slanted = randomShear().apply(tf.ones([1, 28, 28, 1]), { horizontal: [0.4], vertical: [0] });
 * ```
 */
export function randomShear(
  options: RandomShearOptions = {},
): Augmentation<{ horizontal: number[]; vertical: number[] }> {
  const { horizontal = 0.5, vertical = 0.3 } = options;
  for (const [name, value] of Object.entries({ horizontal, vertical })) {
    if (!(value >= 0 && Number.isFinite(value))) throw invalidArgument(name, value, "a number of at least 0");
  }
  return {
    name: "randomShear",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [h, v] = uniform(imageKey, 2, -1, 1);
        return { horizontal: horizontal * (h as number), vertical: vertical * (v as number) };
      }),
    apply: (images, parameters) => {
      assertImages("randomShear", images);
      const slope = (name: string) => parameterTensor<tf.Tensor1D>("randomShear", parameters, name, [images.shape[0]]);
      const slanted = slideRows(images, slope("horizontal"));
      const turned = tf.transpose<tf.Tensor4D>(slanted, [0, 2, 1, 3]);
      return tf.transpose<tf.Tensor4D>(slideRows(turned, slope("vertical")), [0, 2, 1, 3]);
    },
  };
}

/** Moves every row by its distance from the middle times the image's slope. */
function slideRows(images: tf.Tensor4D, slope: tf.Tensor1D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const fromMiddle = tf.range(-(height - 1) / 2, height / 2, 1);
  const shift = tf.mul(tf.reshape(slope, [batch, 1, 1, 1]), tf.reshape(fromMiddle, [1, height, 1, 1]));
  const columns = tf.range(0, width);
  const position = tf.add(tf.reshape(columns, [1, 1, width, 1]), shift);
  const weights = tf.relu(tf.sub(1, tf.abs(tf.sub(tf.reshape(columns, [1, 1, 1, width]), position))));
  const rows = tf.matMul(
    tf.reshape(weights, [batch * height, width, width]),
    tf.reshape(images, [batch * height, width, channels]),
  );
  return tf.reshape(rows, [batch, height, width, channels]);
}
