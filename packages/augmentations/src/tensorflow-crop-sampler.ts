import { foldIn, invalidArgument, uniform } from "@simclr/core";
import type { ImageSize } from "./augmentation.js";
import type { CropBox } from "./crop-and-resize.js";
import { type CropSampler, type CropSamplerOptions, cropSamplerOptions } from "./crop-sampler.js";
import { roundHalfEven } from "./round-half-even.js";

export interface TensorflowCropSamplerOptions extends CropSamplerOptions {
  /** A rectangle of less than this fraction of the image is drawn anew. Default 0.1, the reference's `min_object_covered`. */
  readonly minimumObjectCovered?: number;
}

/**
 * The rectangles of `tf.image.sample_distorted_bounding_box` with the whole image as the object: SimCLR's own sampler.
 *
 * The aspect ratio is uniform and the **height** is uniform between those of the smallest and the largest area, so that
 * small areas are drawn more often than the paper's "uniform from 0.08 to 1.0 in area" says, and with the default
 * `minimumObjectCovered` none below 0.1. The last row and column are never the corner. After `maximumAttempts`
 * (default 100) it is the whole image. The aspect ratio is that of the rectangle over that of the output.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see google-research/simclr@383d414 tf2/data_util.py, `crop_and_resize`; tensorflow sample_distorted_bounding_box_op.cc
 * @example
 * ```ts
 * import { randomResizedCrop, tensorflowCropSampler } from "@simclr/augmentations";
 * const crop = randomResizedCrop({ imageSize: 32, sampler: tensorflowCropSampler({ areaRange: [0.2, 1] }) });
 * ```
 */
export function tensorflowCropSampler(options: TensorflowCropSamplerOptions = {}): CropSampler {
  const { areaRange, aspectRatioRange, maximumAttempts } = cropSamplerOptions(options, 100);
  const { minimumObjectCovered = 0.1 } = options;
  if (!(minimumObjectCovered >= 0 && minimumObjectCovered <= 1)) {
    throw invalidArgument("minimumObjectCovered", minimumObjectCovered, "a fraction from 0 to 1");
  }
  return (key, imageSize, [outputHeight, outputWidth]) => {
    const [height, width] = imageSize;
    const [lowest, highest] = aspectRatioRange.map((ratio) => (ratio * outputWidth) / outputHeight) as [number, number];
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      const draws = uniform(foldIn(key, attempt), 4);
      const box = attemptCrop(draws, imageSize, areaRange, lowest + (draws[0] as number) * (highest - lowest));
      if (box && box.height * box.width >= minimumObjectCovered * height * width) return box;
    }
    return { y: 0, x: 0, height, width };
  };
}

function attemptCrop(
  draws: Float64Array,
  [imageHeight, imageWidth]: ImageSize,
  areaRange: readonly [number, number],
  aspectRatio: number,
): CropBox | undefined {
  const [minimumArea, maximumArea] = areaRange.map((fraction) => fraction * imageHeight * imageWidth) as [
    number,
    number,
  ];
  const widthOf = (height: number) => roundHalfEven(height * aspectRatio);
  const integerBelow = (draw: number, count: number) => Math.floor((draws[draw] as number) * count);

  let tallest = roundHalfEven(Math.sqrt(maximumArea / aspectRatio));
  if (widthOf(tallest) > imageWidth) tallest = Math.floor((imageWidth + 0.5 - 1e-7) / aspectRatio);
  tallest = Math.min(tallest, imageHeight);
  const shortest = Math.min(roundHalfEven(Math.sqrt(minimumArea / aspectRatio)), tallest);

  let height = shortest + integerBelow(1, tallest - shortest + 1);
  // Rounding may have left the range by a row.
  if (height * widthOf(height) < minimumArea) height += 1;
  if (height * widthOf(height) > maximumArea) height -= 1;
  const width = widthOf(height);
  const area = height * width;
  const fits = height <= imageHeight && width <= imageWidth && height > 0 && width > 0;
  if (!fits || area < minimumArea || area > maximumArea) return undefined;

  const y = integerBelow(2, imageHeight - height);
  const x = integerBelow(3, imageWidth - width);
  return { y, x, height, width };
}
