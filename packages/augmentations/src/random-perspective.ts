import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation, ImageSize } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { type Corners, perspectiveCoefficients } from "./perspective-coefficients.js";
import { assertResampleOptions, type ResampleOptions, resample } from "./resample.js";
import { samplePerImage } from "./sample-per-image.js";

export interface RandomPerspectiveOptions extends ResampleOptions {
  /** How far corners move in, as a part of half the side, from 0 to 1. Default 0.5. */
  readonly distortionScale?: number;
}

export type RandomPerspectiveParameters = {
  /** a to h of the map that says where an output pixel is read, `[batch, 8]`. */
  readonly coefficients: readonly (readonly number[])[];
};

/**
 * Looks at every image from a side: its corners move in, each by a random number of pixels.
 *
 * The output at pixel (x, y), its middle at halves, is the image at `((a x + b y + c) / w, (d x + e y + f) / w)` with
 * `w = g x + h y + 1`, the map that takes the moved corners back.
 *
 * @returns an augmentation with parameter `coefficients`, `[batch, 8]`, which belong to the images' size
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see torchvision's `RandomPerspective`, which does so to half of the images, and whose default fill is `fill: 0`
 * @example
 * ```ts
 * import { randomApply, randomPerspective } from "@simclr/augmentations";
 * const seenFromASide = randomApply(randomPerspective({ distortionScale: 0.3 }), 0.5);
 * ```
 */
export function randomPerspective(options: RandomPerspectiveOptions = {}): Augmentation<RandomPerspectiveParameters> {
  const { distortionScale = 0.5 } = options;
  if (!(distortionScale >= 0 && distortionScale <= 1)) {
    throw invalidArgument("distortionScale", distortionScale, "from 0 to 1");
  }
  assertResampleOptions(options);
  return {
    name: "randomPerspective",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, imageSize) => ({
        coefficients: perspectiveCoefficients(
          corners(imageSize),
          moved(uniform(imageKey, 8), imageSize, distortionScale),
        ),
      })),
    apply: (images, parameters) => {
      assertImages("randomPerspective", images);
      const [batch, height, width] = images.shape;
      const coefficients = parameterTensor<tf.Tensor2D>("randomPerspective", parameters, "coefficients", [batch, 8]);
      const [a, b, c, d, e, f, g, h] = tf
        .split(coefficients, 8, 1)
        .map((one) => tf.reshape(one, [batch, 1, 1])) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]; // biome-ignore format: one line
      const x = tf.reshape(tf.range(0.5, width, 1), [1, 1, width]);
      const y = tf.reshape(tf.range(0.5, height, 1), [1, height, 1]);
      const plane = (ofX: tf.Tensor, ofY: tf.Tensor, constant: tf.Tensor | number) =>
        tf.add(tf.add(tf.mul(ofX, x), tf.mul(ofY, y)), constant);
      const depth = plane(g, h, 1);
      const place = (above: tf.Tensor) => tf.sub(tf.div(above, depth), 0.5);
      return resample(images, place(plane(d, e, f)), place(plane(a, b, c)), options);
    },
  };
}

function corners([height, width]: ImageSize): Corners {
  return [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]; // biome-ignore format: one line
}

/** The corners, each moved in by a whole number of pixels on both axes. */
function moved(draws: Float64Array, imageSize: ImageSize, scale: number): Corners {
  const [down, right] = imageSize.map((side) => Math.floor(scale * Math.floor(side / 2))) as [number, number];
  const inwards = (draw: number, most: number) => Math.floor((draws[draw] as number) * (most + 1));
  return corners(imageSize).map(([x, y], i) => [
    x === 0 ? inwards(2 * i, right) : x - inwards(2 * i, right),
    y === 0 ? inwards(2 * i + 1, down) : y - inwards(2 * i + 1, down),
  ]) as unknown as Corners;
}
