import { foldIn, invalidArgument, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertImages } from "./assert-images.js";
import type { Augmentation } from "./augmentation.js";
import { rectangleMask } from "./rectangle-mask.js";
import { roundHalfEven } from "./round-half-even.js";
import { samplePerImage } from "./sample-per-image.js";

export interface RandomErasingOptions {
  /** Smallest and largest area over the image's, from 0 to 1. Default [0.02, 0.33]. */
  readonly areaRange?: readonly [minimum: number, maximum: number];
  /** Smallest and largest height over width, above 0. Default [0.3, 3.3]. */
  readonly aspectRatioRange?: readonly [minimum: number, maximum: number];
  /** What the rectangle is filled with, in [0, 1]: one number, or one for each channel. Default 0. */
  readonly value?: number | readonly number[];
}

export type RandomErasingParameters = {
  /** The rectangle's upper left corner in pixels, `[batch]`. */
  readonly y: readonly number[];
  readonly x: readonly number[];
  /** Its size in pixels, `[batch]`; 0 erases nothing. */
  readonly height: readonly number[];
  readonly width: readonly number[];
};

const maximumAttempts = 10;

/**
 * Covers a rectangle of random area and shape somewhere inside of every image; `cutout` covers one of a fixed size.
 *
 * The area is uniform, the height over the width log-uniform, the corner uniform over all that fit. After 10 rectangles that do not
 * fit the image stays as it is. Zhong et al. erase half of the images: `randomApply(randomErasing(), 0.5)`.
 *
 * @returns an augmentation with parameters `y`, `x`, `height`, `width`, each `[batch]`, whole numbers
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Zhong et al. 2017, "Random Erasing Data Augmentation"; torchvision's `RandomErasing`, whose ranges and draws these are; its
 * normal noise is for images of mean 0, which ours are not
 * @example
 * ```ts
 * import { randomApply, randomErasing } from "@simclr/augmentations";
 * const erased = randomApply(randomErasing({ value: [0.49, 0.48, 0.45] }), 0.5);
 * ```
 */
export function randomErasing(options: RandomErasingOptions = {}): Augmentation<RandomErasingParameters> {
  const { areaRange = [0.02, 0.33], aspectRatioRange = [0.3, 3.3], value = 0 } = options;
  const [smallest, largest] = areaRange;
  if (!(smallest >= 0 && smallest <= largest && largest <= 1)) {
    throw invalidArgument("areaRange", areaRange, "[minimum, maximum] with 0 <= minimum <= maximum <= 1");
  }
  const [flattest, steepest] = aspectRatioRange;
  if (!(flattest > 0 && flattest <= steepest && Number.isFinite(steepest))) {
    throw invalidArgument("aspectRatioRange", aspectRatioRange, "[minimum, maximum] with 0 < minimum <= maximum");
  }
  const values = typeof value === "number" ? [value] : value;
  if (!(values.length > 0 && values.every((one) => one >= 0 && one <= 1))) {
    throw invalidArgument("value", value, "a number from 0 to 1, or one for each channel");
  }
  return {
    name: "randomErasing",
    sample: (key, context) =>
      samplePerImage(key, context, (imageKey, [imageHeight, imageWidth]) => {
        for (let attempt = 0; attempt < maximumAttempts; attempt++) {
          const [a, r, i, j] = [...uniform(foldIn(imageKey, attempt), 4)] as [number, number, number, number];
          const area = imageHeight * imageWidth * (smallest + a * (largest - smallest));
          const aspectRatio = flattest * (steepest / flattest) ** r;
          const height = roundHalfEven(Math.sqrt(area * aspectRatio));
          const width = roundHalfEven(Math.sqrt(area / aspectRatio));
          if (height >= imageHeight || width >= imageWidth) continue;
          const y = Math.floor(i * (imageHeight - height + 1));
          return { y, x: Math.floor(j * (imageWidth - width + 1)), height, width };
        }
        return { y: 0, x: 0, height: 0, width: 0 };
      }),
    apply: (images, parameters) => {
      assertImages("randomErasing", images);
      const channels = images.shape[3];
      if (values.length > 1 && values.length !== channels) {
        throw invalidArgument("value", value, `one number, or ${channels}, one for each channel`);
      }
      const erased = rectangleMask("randomErasing", images, parameters);
      return tf.add<tf.Tensor4D>(tf.mul(images, tf.sub(1, erased)), tf.mul(erased, tf.tensor1d([...values])));
    },
  };
}
