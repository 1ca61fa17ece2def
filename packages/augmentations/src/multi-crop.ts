import { invalidArgument } from "@simclr/core";
import type { Augmentation, ImageSize } from "./augmentation.js";
import { colorJitter } from "./color-jitter.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { grayscale } from "./grayscale.js";
import { horizontalFlip } from "./horizontal-flip.js";
import type { InterpolationOptions } from "./interpolation-matrix.js";
import { randomApply } from "./random-apply.js";
import { randomResizedCrop } from "./random-resized-crop.js";
import { torchvisionCropSampler } from "./torchvision-crop-sampler.js";
import { type View, view } from "./view.js";

export interface MultiCropOptions extends InterpolationOptions {
  /** How many views of most of the image, at least 1. Default 2. */
  readonly globalCrops?: number;
  /** How many views of a small part of it. Default 6. */
  readonly localCrops?: number;
  /** The side of global views, or their height and width, in pixels. Default 224. */
  readonly globalSize?: number | ImageSize;
  /** The side of local views, in pixels. Default 96. */
  readonly localSize?: number | ImageSize;
  /** Smallest and largest area of a global crop over the image's. Default [0.14, 1], SwAV's; DINO has [0.4, 1]. */
  readonly globalAreaRange?: readonly [minimum: number, maximum: number];
  /** Of a local crop. Default [0.05, 0.14], SwAV's; DINO has [0.05, 0.4]. */
  readonly localAreaRange?: readonly [minimum: number, maximum: number];
  /**
   * What follows the crop, by the view's place: global ones come first. Default: mirrored with probability 0.5, colour jitter
   * of torchvision 0.8, grayscale 0.2, blur 0.5, which is SwAV's.
   */
  readonly transform?: (place: MultiCropPlace) => readonly Augmentation[];
}

/** Which of the views it is, from 0 on, and whether it is a global one. */
export type MultiCropPlace = { readonly index: number; readonly isGlobal: boolean };

/**
 * Multi-crop: some views of most of an image, and more of small parts in fewer pixels, which cost little. SwAV predicts the
 * assignments of the global views from all others; DINO's teacher sees the global views alone.
 *
 * Areas are uniform and aspect ratios log-uniform from 3/4 to 4/3 (`torchvisionCropSampler`), resized bilinearly with antialias, as
 * PIL does for SwAV; DINO takes `interpolation: "bicubic"`.
 *
 * @returns `globalCrops + localCrops` views, the global ones first; each is sampled by a key of its own
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see Caron et al. 2020, "SwAV", section 3.3 and appendix A; Caron et al. 2021, "DINO", section 3.1
 * @example
 * ```ts
 * import { multiCrop } from "@simclr/augmentations";
 * import { foldIn, randomKey } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const views = multiCrop({ globalCrops: 2, localCrops: 6, globalSize: 32, localSize: 16 });
 * const images = tf.fill<tf.Rank.R4>([4, 48, 48, 3], 0.5);
 * const context = { batchSize: 4, imageSize: [48, 48] } as const;
 * const seen = views.map((view, i) => view.apply(images, view.sample(foldIn(randomKey(1), i), context)));
 * console.log(seen.map(({ shape }) => shape[1])); // [32, 32, 16, 16, 16, 16, 16, 16]
 * ```
 */
export function multiCrop(options: MultiCropOptions = {}): readonly View[] {
  const { globalCrops = 2, localCrops = 6, globalSize = 224, localSize = 96, transform = swavTransform } = options;
  const { globalAreaRange = [0.14, 1], localAreaRange = [0.05, 0.14] } = options;
  const { interpolation = "bilinear", antialias = true } = options;
  if (!(Number.isInteger(globalCrops) && globalCrops >= 1)) {
    throw invalidArgument("globalCrops", globalCrops, "an integer of at least 1");
  }
  if (!(Number.isInteger(localCrops) && localCrops >= 0)) {
    throw invalidArgument("localCrops", localCrops, "an integer of at least 0");
  }
  return Array.from({ length: globalCrops + localCrops }, (_, index) => {
    const isGlobal = index < globalCrops;
    const imageSize = isGlobal ? globalSize : localSize;
    const sampler = torchvisionCropSampler({ areaRange: isGlobal ? globalAreaRange : localAreaRange });
    const crop = randomResizedCrop({ imageSize, sampler, interpolation, antialias });
    return view([crop, ...transform({ index, isGlobal })]);
  });
}

function swavTransform(): readonly Augmentation[] {
  return [
    randomApply(horizontalFlip(), 0.5),
    randomApply(colorJitter({ variant: "torchvision" }), 0.8),
    randomApply(grayscale(), 0.2),
    randomApply(gaussianBlur(), 0.5),
  ];
}
