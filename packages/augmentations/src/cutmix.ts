import { foldIn, invalidArgument, permutation, split, uniform } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { assertLabelled, type BatchMix, mixed, partnersOf } from "./batch-mix.js";
import { rectangleMask } from "./rectangle-mask.js";
import { sampleBeta } from "./sample-beta.js";
import { samplePerImage } from "./sample-per-image.js";

export interface CutmixOptions {
  /** Of the beta distribution that the areas are drawn from, above 0. Default 1, uniform: the paper's. */
  readonly alpha?: number;
  /** Whether every image has a rectangle of its own. Default false: one for the batch, as the paper's code and torchvision. */
  readonly perImage?: boolean;
}

export type CutmixParameters = {
  /** The rectangle that comes from the partner, in whole pixels inside of the image, `[batch]`. */
  readonly y: readonly number[];
  readonly x: readonly number[];
  readonly height: readonly number[];
  readonly width: readonly number[];
  /** The place of the image that the rectangle comes from, `[batch]`: a permutation. */
  readonly partner: readonly number[];
};

/**
 * CutMix: a rectangle of every image comes from another one of its batch, and its label is mixed by the areas that are seen.
 *
 * With `lambda ~ Beta(alpha, alpha)` the rectangle has `sqrt(1 - lambda)` of both sides and its middle is a random pixel; what
 * hangs over the edge is cut off, and the label's share follows the rectangle that is left.
 *
 * @returns a {@link BatchMix} with parameters `y`, `x`, `height`, `width` and `partner`
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, and when applied SIMCLR_ERROR__CORE__SHAPE_MISMATCH,
 * SIMCLR_ERROR__AUGMENTATIONS__PARAMETER_MISMATCH, SIMCLR_ERROR__AUGMENTATIONS__IMAGE_DTYPE
 * @see Yun et al. 2019, "CutMix"; torchvision's `CutMix`, whose rounding this is, and which takes the image before as the partner
 * @example
 * ```ts
 * import { cutmix } from "@simclr/augmentations";
 * import { randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const mix = cutmix();
 * const parameters = mix.sample(randomKey(1), { batchSize: 4, imageSize: [32, 32] });
 * const oneHot = tf.cast(tf.oneHot(tf.tensor1d([0, 2, 1, 0], "int32"), 3), "float32") as tf.Tensor2D;
 * const { images, labels } = mix.apply(tf.ones([4, 32, 32, 3]), oneHot, parameters);
 * console.log(images.shape, labels.shape);
 * ```
 */
export function cutmix({ alpha = 1, perImage = false }: CutmixOptions = {}): BatchMix<CutmixParameters> {
  if (!(alpha > 0 && Number.isFinite(alpha))) throw invalidArgument("alpha", alpha, "a finite number above 0");
  return {
    name: "cutmix",
    sample: (key, context) => {
      const [boxKey, partnerKey] = split(key, 2);
      const shared = foldIn(boxKey, "batch");
      const boxes = samplePerImage(boxKey, context, (imageKey, [imageHeight, imageWidth]) => {
        const [shareKey, placeKey] = split(perImage ? imageKey : shared, 2);
        const half = 0.5 * Math.sqrt(1 - sampleBeta(shareKey, alpha));
        const draws = uniform(placeKey, 2);
        const cut = (draw: 0 | 1, size: number) => {
          const middle = Math.floor((draws[draw] as number) * size);
          const reach = Math.floor(half * size);
          const first = Math.max(middle - reach, 0);
          return [first, Math.min(middle + reach, size) - first] as const;
        };
        const [[y, height], [x, width]] = [cut(0, imageHeight), cut(1, imageWidth)];
        return { y, x, height, width };
      });
      return { ...boxes, partner: [...permutation(partnerKey, context.batchSize)] };
    },
    apply: (images, labels, parameters) => {
      assertLabelled("cutmix", images, labels);
      const own = tf.sub<tf.Tensor4D>(1, rectangleMask("cutmix", images, parameters));
      const seen = tf.mean(own, [1, 2, 3]);
      const theirs = partnersOf("cutmix", images, parameters);
      return {
        images: tf.add(tf.mul(images, own), tf.mul(theirs, tf.sub(1, own))),
        labels: mixed(labels, partnersOf("cutmix", labels, parameters), seen),
      };
    },
  };
}
