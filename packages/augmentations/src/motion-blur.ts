import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { motionKernels } from "./motion-kernels.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export interface MotionBlurOptions {
  /** Smallest and largest length of the path in pixels, odd and at least 3; each odd number is equally likely. Default [3, 7]. */
  readonly kernelSizeRange?: readonly [minimum: number, maximum: number];
  /** Smallest and largest angle of the path in degrees, counter-clockwise. Default [-180, 180]. */
  readonly angleRange?: readonly [minimum: number, maximum: number];
  /** How uneven the speed is, from -1 to 1: smallest and largest. At 0 it is even. Default [-1, 1]. */
  readonly directionRange?: readonly [minimum: number, maximum: number];
}

export type MotionBlurParameters = {
  /** Odd, at least 3, `[batch]`. */
  readonly kernelSize: readonly number[];
  /** In degrees, `[batch]`. */
  readonly angle: readonly number[];
  /** From -1 to 1, `[batch]`. */
  readonly direction: readonly number[];
};

/**
 * Blurs every image along a straight path, as a camera that moves: the mean of the pixels under a line of `kernelSize`, turned by
 * `angle`, whose weights go linearly from `(1 + direction) / 2` to `(1 - direction) / 2` and are divided by their sum.
 *
 * The line is turned by taking the nearest tap. Outside the image is black, as in `gaussianBlur`: edges darken.
 *
 * @returns an augmentation with parameters `kernelSize`, `angle`, `direction`, each `[batch]`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see kornia's `RandomMotionBlur` and `get_motion_kernel2d`, whose kernel this is; there a batch shares its kernel's size. The
 * default ranges are those of albumentations' `MotionBlur`, whose kernel is a drawn line
 * @example
 * ```ts
 * import { motionBlur } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const parameters = { kernelSize: [5], angle: [45], direction: [0] };
 * const blurred = motionBlur().apply(tf.ones([1, 32, 32, 3]), parameters);
 * ```
 */
export function motionBlur(options: MotionBlurOptions = {}): Augmentation<MotionBlurParameters> {
  const { kernelSizeRange = [3, 7], angleRange = [-180, 180], directionRange = [-1, 1] } = options;
  const [shortest, longest] = kernelSizeRange;
  if (
    !(kernelSizeRange.every((size) => Number.isInteger(size) && size % 2 === 1) && shortest >= 3 && shortest <= longest)
  ) {
    throw invalidArgument("kernelSizeRange", kernelSizeRange, "[minimum, maximum], odd with 3 <= minimum <= maximum");
  }
  if (!(angleRange.every(Number.isFinite) && angleRange[0] <= angleRange[1])) {
    throw invalidArgument("angleRange", angleRange, "[minimum, maximum] in degrees");
  }
  if (!(directionRange[0] >= -1 && directionRange[0] <= directionRange[1] && directionRange[1] <= 1)) {
    throw invalidArgument("directionRange", directionRange, "[minimum, maximum] with -1 <= minimum <= maximum <= 1");
  }
  return {
    name: "motionBlur",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [size, angle, direction] = [...uniform(imageKey, 3)] as [number, number, number];
        return {
          kernelSize: shortest + 2 * Math.floor(size * ((longest - shortest) / 2 + 1)),
          angle: angleRange[0] + angle * (angleRange[1] - angleRange[0]),
          direction: directionRange[0] + direction * (directionRange[1] - directionRange[0]),
        };
      }),
    apply: (images, parameters) => {
      assertImages("motionBlur", images);
      const number = (name: keyof MotionBlurParameters) =>
        parameterTensor<tf.Tensor1D>("motionBlur", parameters, name, [images.shape[0]]);
      const kernels = motionKernels(number("kernelSize"), number("angle"), number("direction"), longest);
      return tf.clipByValue(filterEach(images, kernels), 0, 1);
    },
  };
}

/**
 * Correlates every image with a kernel of its own: one depthwise convolution, in which images are channels. A sum of shifted
 * images is faster under XLA on a CPU, and several times slower everywhere else.
 */
function filterEach(images: tf.Tensor4D, kernels: tf.Tensor3D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const size = kernels.shape[1];
  const side = tf.reshape<tf.Rank.R4>(tf.transpose(images, [1, 2, 0, 3]), [1, height, width, batch * channels]);
  const perImage = tf.reshape(tf.transpose(kernels, [1, 2, 0]), [size, size, batch, 1]);
  const filter = tf.reshape<tf.Rank.R4>(tf.tile(perImage, [1, 1, 1, channels]), [size, size, batch * channels, 1]);
  const filtered = tf.depthwiseConv2d(side, filter, 1, "same");
  return tf.transpose(tf.reshape(filtered, [height, width, batch, channels]), [2, 0, 1, 3]);
}
