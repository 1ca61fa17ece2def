import { invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { affineTransform } from "./affine-transform.js";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { parameterTensor } from "./parameter-tensors.js";
import { assertResampleOptions, type ResampleOptions } from "./resample.js";
import { roundHalfEven } from "./round-half-even.js";
import { samplePerImage } from "./sample-per-image.js";

export interface RandomAffineOptions extends ResampleOptions {
  /** Smallest and largest angle in degrees, clockwise; one number: either way. */
  readonly degrees: number | readonly [minimum: number, maximum: number];
  /** Largest shift to either side, as a part of the width and of the height, from 0 to 1. Default [0, 0]. */
  readonly translate?: readonly [horizontal: number, vertical: number];
  /** Smallest and largest factor, above 0. Default [1, 1]. */
  readonly scale?: readonly [minimum: number, maximum: number];
  /** Of rows, then of columns, in degrees: smallest and largest; one number: of rows alone, either way. Default 0. */
  readonly shear?:
    | number
    | readonly [minimumX: number, maximumX: number]
    | readonly [minimumX: number, maximumX: number, minimumY: number, maximumY: number];
}

const names = ["angle", "translateX", "translateY", "scale", "shearX", "shearY"] as const;

/** Each `[batch]`: degrees, whole pixels to the right and down, a factor, degrees. */
export type RandomAffineParameters = { readonly [Name in (typeof names)[number]]: readonly number[] };

/**
 * Turns, shifts, scales and slants every image about its middle.
 *
 * With angle r, shears s and t, the output at (x, y) from the middle is the image at `M⁻¹ ((x, y) - translate)`, where
 *
 *     M = scale [cos r  -sin r; sin r  cos r] [1  0; -tan t  1] [1  -tan s; 0  1]
 *
 * y points down, so that a positive angle turns clockwise, as torchvision's `affine` does and its `rotate` does not.
 *
 * @returns an augmentation with parameters `angle`, `translateX`, `translateY`, `scale`, `shearX`, `shearY`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see torchvision's `RandomAffine`, whose ranges and whose matrix these are; its default interpolation is nearest, and its
 * default fill is 0, which weighs the border twice as `fill: 0` does here
 * @example
 * ```ts
 * import { randomAffine } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const affine = randomAffine({ degrees: 30, translate: [0.1, 0.1], scale: [0.8, 1.2], shear: 10 });
 * const parameters = affine.sample(randomKey(1), { batchSize: 2, imageSize: [32, 32] });
 * const moved = affine.apply(tf.ones([2, 32, 32, 3]), parameters);
 * ```
 */
export function randomAffine(options: RandomAffineOptions): Augmentation<RandomAffineParameters> {
  const { degrees, translate = [0, 0], scale = [1, 1], shear = 0 } = options;
  const turns = symmetric("degrees", degrees);
  const [minimumX, maximumX, minimumY = 0, maximumY = 0] =
    typeof shear === "number" ? symmetric("shear", shear) : shear;
  range("shear", [minimumX, maximumX]);
  range("shear", [minimumY, maximumY]);
  if (!(range("scale", scale)[0] > 0)) throw invalidArgument("scale", scale, "factors above 0");
  if (!translate.every((part) => part >= 0 && part <= 1)) throw invalidArgument("translate", translate, "from 0 to 1");
  assertResampleOptions(options);
  return {
    name: "randomAffine",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, [height, width]) => {
        const draws = uniform(imageKey, names.length);
        const between = (i: number, low: number, high: number) => low + (draws[i] as number) * (high - low);
        const shift = (i: number, largest: number) => roundHalfEven(between(i, -largest, largest)) + 0;
        return {
          angle: between(0, ...turns),
          translateX: shift(1, translate[0] * width),
          translateY: shift(2, translate[1] * height),
          scale: between(3, ...scale),
          shearX: between(4, minimumX, maximumX),
          shearY: between(5, minimumY, maximumY),
        };
      }),
    apply: (images, parameters) => {
      assertImages("randomAffine", images);
      const number = (name: (typeof names)[number]) =>
        parameterTensor<tf.Tensor1D>("randomAffine", parameters, name, [images.shape[0]]);
      return affineTransform(images, inverseMap(number), options);
    },
  };
}

/** M⁻¹ and what it makes of the shift. */
function inverseMap(number: (name: (typeof names)[number]) => tf.Tensor1D) {
  const radians = (degrees: tf.Tensor1D) => tf.mul<tf.Tensor1D>(degrees, Math.PI / 180);
  const [angle, slant, slope] = [radians(number("angle")), radians(number("shearX")), radians(number("shearY"))];
  const [tanX, cosY] = [tf.tan(slant), tf.cos(slope)];
  // The forward matrix's columns, before it is scaled; its determinant is 1.
  const leaned = tf.sub<tf.Tensor1D>(angle, slope);
  const [m11, m21] = [tf.div<tf.Tensor1D>(tf.cos(leaned), cosY), tf.div<tf.Tensor1D>(tf.sin(leaned), cosY)];
  const m12 = tf.neg(tf.add(tf.mul(m11, tanX), tf.sin(angle)));
  const m22 = tf.sub(tf.cos(angle), tf.mul(m21, tanX));
  const scale = number("scale");
  const scaled = (entry: tf.Tensor) => tf.div<tf.Tensor1D>(entry, scale);
  const [a, b, c, d] = [scaled(m22), scaled(tf.neg(m12)), scaled(tf.neg(m21)), scaled(m11)];
  const [x, y] = [number("translateX"), number("translateY")];
  const back = (ofX: tf.Tensor1D, ofY: tf.Tensor1D) => tf.neg(tf.add<tf.Tensor1D>(tf.mul(ofX, x), tf.mul(ofY, y)));
  return { a, b, c, d, e: back(a, b), f: back(c, d) };
}

function symmetric(name: string, value: number | readonly [number, number]): readonly [number, number] {
  if (typeof value !== "number") return range(name, value);
  if (value >= 0 && Number.isFinite(value)) return [-value, value];
  throw invalidArgument(name, value, "a number of at least 0, or [minimum, maximum]");
}

function range(name: string, values: readonly [number, number]): readonly [number, number] {
  if (values.every(Number.isFinite) && values[0] <= values[1]) return values;
  throw invalidArgument(name, values, "[minimum, maximum] with minimum <= maximum");
}
