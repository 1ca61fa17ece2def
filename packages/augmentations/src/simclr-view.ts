import type { ImageSize } from "./augmentation.js";
import { colorJitter } from "./color-jitter.js";
import type { CropSampler } from "./crop-sampler.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { grayscale } from "./grayscale.js";
import { horizontalFlip } from "./horizontal-flip.js";
import type { InterpolationOptions } from "./interpolation-matrix.js";
import type { JitterVariant } from "./jitter-operations.js";
import { randomApply } from "./random-apply.js";
import { randomResizedCrop } from "./random-resized-crop.js";
import { type View, view } from "./view.js";

export interface SimclrViewOptions extends InterpolationOptions {
  /** The side of the square views, or their height and width, in pixels. */
  readonly imageSize: number | ImageSize;
  /** Default 1, as on ImageNet; the reference uses 0.5 on CIFAR-10. */
  readonly colorStrength?: number;
  /** Whether half of the images are blurred. Default true, the reference's `use_blur`; its CIFAR-10 recipe has false. */
  readonly blur?: boolean;
  /** Whether half of the images are mirrored. Default true; digits and letters want false. */
  readonly flip?: boolean;
  /** Whose colour arithmetic. Default `"simclrv2"`, as the reference. */
  readonly colorVariant?: JitterVariant;
  /** How crops are drawn. Default: the reference's, {@link tensorflowCropSampler}. */
  readonly cropSampler?: CropSampler;
}

/**
 * SimCLR's augmentation: random resized crop; mirrored with probability 0.5; colour jitter 0.8; grayscale 0.2; blur 0.5.
 *
 * Two views of a batch are two samples, by two keys. Images are not normalised by a mean, as in the reference.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see SimCLR (Chen et al. 2020), section 3 and appendix A; google-research/simclr@383d414 tf2/data_util.py, `preprocess_for_train`
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { randomKey, split } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const cifarView = simclrView({ imageSize: 32, colorStrength: 0.5, blur: false });
 * const images = tf.fill<tf.Rank.R4>([2, 32, 32, 3], 0.5);
 * const [keyA, keyB] = split(randomKey(0), 2);
 * const context = { batchSize: 2, imageSize: [32, 32] } as const;
 * const viewA = cifarView.apply(images, cifarView.sample(keyA, context));
 * const viewB = cifarView.apply(images, cifarView.sample(keyB, context));
 * ```
 */
export function simclrView(options: SimclrViewOptions): View {
  const { colorStrength = 1, blur = true, flip = true, colorVariant = "simclrv2", cropSampler, ...resize } = options;
  return view([
    randomResizedCrop({ ...resize, ...(cropSampler && { sampler: cropSampler }) }),
    ...(flip ? [randomApply(horizontalFlip(), 0.5)] : []),
    randomApply(colorJitter({ strength: colorStrength, variant: colorVariant }), 0.8),
    randomApply(grayscale(), 0.2),
    ...(blur ? [randomApply(gaussianBlur(), 0.5)] : []),
  ]);
}
