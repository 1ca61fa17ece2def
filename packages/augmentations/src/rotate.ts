import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { affineTransform } from "./affine-transform.js";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { samplePerImage } from "./sample-per-image.js";

export interface RotateOptions {
  /** The angles to choose from, in degrees. Default [90, 180, 270]: SimCLR, figure 4. */
  readonly angles?: readonly number[];
  /** Smallest and largest angle in degrees, all between being equally likely: in place of `angles`. */
  readonly angleRange?: readonly [minimum: number, maximum: number];
}

/**
 * Turns every image about its middle, counter-clockwise, in its own frame: what leaves it is lost, and black comes in.
 * Reads between pixels linearly; quarter turns of square images move whole pixels. SimCLR's figure 4 turns by quarters.
 *
 * @returns an augmentation with parameter `angle`, `[batch]`, in degrees
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see SimCLR, figure 4; torchvision's `rotate` of tensors with bilinear interpolation
 * @example
 * ```ts
 * import { rotate } from "@simclr/augmentations";
 * import * as tf from "@tensorflow/tfjs-core";
 * const turned = rotate({ angleRange: [-30, 30] }).apply(tf.ones([1, 32, 32, 3]), { angle: [12.5] });
 * ```
 */
export function rotate({ angles = [90, 180, 270], angleRange }: RotateOptions = {}): Augmentation<{ angle: number[] }> {
  if (angles.length === 0 || !angles.every(Number.isFinite))
    throw invalidArgument("angles", angles, "degrees, one or more");
  if (angleRange && !(angleRange.every(Number.isFinite) && angleRange[0] <= angleRange[1])) {
    throw invalidArgument("angleRange", angleRange, "[minimum, maximum] in degrees");
  }
  return {
    name: "rotate",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey) => {
        const [draw] = uniform(imageKey, 1) as unknown as [number];
        if (angleRange) return { angle: angleRange[0] + draw * (angleRange[1] - angleRange[0]) };
        return { angle: angles[Math.floor(draw * angles.length)] as number };
      }),
    apply: (images, parameters) => {
      assertImages("rotate", images);
      const angle = parameterTensor<tf.Tensor1D>("rotate", parameters, "angle", [images.shape[0]]);
      const radians = tf.mul<tf.Tensor1D>(angle, Math.PI / 180);
      const [sine, cosine] = [tf.sin(radians), tf.cos(radians)];
      // The output is read where it came from: turned back, with y pointing down.
      return affineTransform(images, { a: cosine, b: tf.neg(sine), c: sine, d: cosine, e: 0, f: 0 });
    },
  };
}
