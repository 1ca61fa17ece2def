import { canFuse, fused, invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { blurPlanes } from "./blur-planes.js";
import { parameterTensor } from "./parameter-tensors.js";
import { toImages, toPlanes } from "./planes.js";
import { samplePerImage } from "./sample-per-image.js";
import { separableTransform } from "./separable-transform.js";

export interface GaussianBlurOptions {
  /** Smallest and largest standard deviation, in pixels. Default [0.1, 2]: SimCLR, appendix A. */
  readonly sigmaRange?: readonly [minimum: number, maximum: number];
  /** Kernel size over image height. Default 0.1: SimCLR, appendix A. */
  readonly kernelSizeFraction?: number;
  /** Whether every image has a sigma of its own. Default true, as the paper says; the reference draws one per batch. */
  readonly perImage?: boolean;
}

/**
 * Blurs every image with a Gaussian of random width: `exp(-x² / 2σ²)` for |x| up to the radius, divided by its sum.
 *
 * The radius is half the kernel size, rounded down, and the kernel size a tenth of the height, rounded down: 23 taps at
 * 224 pixels, 9 at 96, 3 at 32, and one, no blur, below 20. Outside the image is black, as in the reference: edges darken.
 * SimCLR blurs half of the images: `randomApply(gaussianBlur(), 0.5)`; on CIFAR none.
 *
 * @returns an augmentation with parameter `sigma`, `[batch]`, in pixels
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see SimCLR, appendix A; google-research/simclr@383d414 tf2/data_util.py, `gaussian_blur` and `batch_random_blur`
 * @example
 * ```ts
 * import { gaussianBlur } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const blurred = gaussianBlur().apply(tf.ones([1, 32, 32, 3]), { sigma: [1.5] });
 * ```
 */
export function gaussianBlur(options: GaussianBlurOptions = {}): Augmentation<{ sigma: number[] }> {
  const { sigmaRange = [0.1, 2], kernelSizeFraction = 0.1, perImage = true } = options;
  const [smallest, largest] = sigmaRange;
  if (!(smallest > 0 && smallest <= largest && Number.isFinite(largest))) {
    throw invalidArgument("sigmaRange", sigmaRange, "[minimum, maximum] with 0 < minimum <= maximum");
  }
  if (!(kernelSizeFraction >= 0 && kernelSizeFraction <= 1)) {
    throw invalidArgument("kernelSizeFraction", kernelSizeFraction, "a fraction from 0 to 1");
  }
  return {
    name: "gaussianBlur",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [sigma] = uniform(perImage ? imageKey : key, 1, smallest, largest);
        return { sigma: sigma as number };
      }),
    apply: (images, parameters) => {
      assertImages("gaussianBlur", images);
      const [batch, height, width] = images.shape;
      const sigma = parameterTensor<tf.Tensor1D>("gaussianBlur", parameters, "sigma", [batch]);
      // 0.29 * 100 is a little less than 29 in floating point.
      const kernelSize = Math.floor(height * kernelSizeFraction + 1e-9);
      const radius = Math.floor(kernelSize / 2);
      if (canFuse()) return fused(() => toImages(blurPlanes(toPlanes(images), sigma, radius)));
      const rows = blurMatrix(sigma, radius, height);
      const blurred = separableTransform(images, rows, height === width ? rows : blurMatrix(sigma, radius, width));
      // A mean of ones is 1 but for rounding; the reference clips, too.
      return tf.clipByValue(blurred, 0, 1);
    },
  };
}

/** `[batch, size, size]`: the band matrices that blur an axis. */
function blurMatrix(sigma: tf.Tensor1D, radius: number, size: number): tf.Tensor3D {
  const precision = tf.reshape(tf.div(0.5, tf.square(sigma)), [-1, 1, 1]);
  const gaussian = (squaredDistance: tf.Tensor) => tf.exp(tf.neg(tf.mul(squaredDistance, precision)));
  const sum = tf.sum(gaussian(tf.square(tf.reshape(tf.range(-radius, radius + 1), [1, 1, -1]))), 2, true);
  const pixels = tf.range(0, size);
  const squaredDistance = tf.square(tf.sub(tf.reshape(pixels, [1, 1, size]), tf.reshape(pixels, [1, size, 1])));
  const band = tf.cast(tf.lessEqual(squaredDistance, radius * radius), "float32");
  return tf.mul<tf.Tensor3D>(tf.div(gaussian(squaredDistance), sum), band);
}
