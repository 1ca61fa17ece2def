import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";

/** Squared slopes below this are flat: the root's gradient stays finite. */
const flat = 1e-12;

/**
 * Sobel filtering: every channel becomes the steepness of its edges, `sqrt(gx² + gy²) / 4`, cut at 1. gx and gy are the
 * 3 x 3 Sobel derivatives; an upright edge from black to white gives 1. The image is mirrored about its outermost pixels.
 *
 * @returns an augmentation without parameters
 * @throws SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE when applied
 * @see SimCLR, figure 4, which does not say how the two derivatives become one image; `tf.image.sobel_edges`, whose derivatives these are
 * @example
 * ```ts
 * import { randomApply, sobel } from "@simclr/augmentations";
 * const edges = randomApply(sobel(), 0.5);
 * ```
 */
export function sobel(): Augmentation<Record<never, never>> {
  return {
    name: "sobel",
    sample: () => ({}),
    apply: (images) => {
      assertImages("sobel", images);
      const vertical = smooth(difference(images, 1), 2);
      const horizontal = smooth(difference(images, 2), 1);
      const squared = tf.add(tf.square(vertical), tf.square(horizontal));
      const steepness = tf.sub(tf.sqrt(tf.maximum(squared, flat)), Math.sqrt(flat));
      return tf.clipByValue(tf.div<tf.Tensor4D>(steepness, 4), 0, 1);
    },
  };
}

/** The pixel after minus the pixel before. */
function difference(images: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  return tf.sub(shifted(images, axis, 1), shifted(images, axis, -1));
}

/** The pixel twice, and those beside it. */
function smooth(images: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  return tf.add(tf.mul(images, 2), tf.add(shifted(images, axis, 1), shifted(images, axis, -1)));
}

/** Each pixel's neighbour along an axis; the outermost pixel's is the one on its other side. */
function shifted(images: tf.Tensor4D, axis: 1 | 2, by: 1 | -1): tf.Tensor4D {
  const size = images.shape[axis];
  const part = (begin: number, length: number) => {
    const [from, extent] = [
      [0, 0, 0, 0],
      [-1, -1, -1, -1],
    ] as [number[], number[]];
    from[axis] = begin;
    extent[axis] = length;
    return tf.slice(images, from as [number, number, number, number], extent as [number, number, number, number]);
  };
  // Of a single line there is no neighbour but itself.
  if (size === 1) return images;
  const parts = by === 1 ? [part(1, size - 1), part(size - 2, 1)] : [part(1, 1), part(0, size - 1)];
  return tf.concat(parts, axis);
}
