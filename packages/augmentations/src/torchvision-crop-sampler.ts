import { foldIn, uniform } from "@simclr/core";
import { type CropSampler, type CropSamplerOptions, cropSamplerOptions } from "./crop-sampler.js";
import { roundHalfEven } from "./round-half-even.js";

/**
 * The rectangles of torchvision's `RandomResizedCrop`, which most PyTorch versions of SimCLR use.
 *
 * The area is uniform, the aspect ratio log-uniform, the corner uniform over all that fit. After `maximumAttempts`
 * (default 10) it is the largest rectangle in the middle whose aspect ratio is in range.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @see torchvision.transforms.RandomResizedCrop.get_params
 * @example
 * ```ts
 * import { randomResizedCrop, torchvisionCropSampler } from "@simclr/augmentations";
 * const sampler = torchvisionCropSampler();
 * const crop = randomResizedCrop({ imageSize: 224, sampler, interpolation: "bilinear", antialias: true });
 * ```
 */
export function torchvisionCropSampler(options: CropSamplerOptions = {}): CropSampler {
  const { areaRange, aspectRatioRange, maximumAttempts } = cropSamplerOptions(options, 10);
  const [lowest, highest] = aspectRatioRange;
  const between = (low: number, high: number, draw: number) => low + draw * (high - low);
  return (key, [imageHeight, imageWidth]) => {
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      const [a, r, i, j] = [...uniform(foldIn(key, attempt), 4)] as [number, number, number, number];
      const area = imageHeight * imageWidth * between(...areaRange, a);
      const aspectRatio = Math.exp(between(Math.log(lowest), Math.log(highest), r));
      const width = roundHalfEven(Math.sqrt(area * aspectRatio));
      const height = roundHalfEven(Math.sqrt(area / aspectRatio));
      if (width < 1 || width > imageWidth || height < 1 || height > imageHeight) continue;
      const y = Math.floor(i * (imageHeight - height + 1));
      const x = Math.floor(j * (imageWidth - width + 1));
      return { y, x, height, width };
    }
    const imageRatio = imageWidth / imageHeight;
    const width = imageRatio > highest ? roundHalfEven(imageHeight * highest) : imageWidth;
    const height = imageRatio < lowest ? roundHalfEven(imageWidth / lowest) : imageHeight;
    return { y: Math.floor((imageHeight - height) / 2), x: Math.floor((imageWidth - width) / 2), height, width };
  };
}
