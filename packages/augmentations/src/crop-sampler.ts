import { invalidArgument, type RandomKey } from "@simclr/core";
import type { ImageSize } from "./augmentation.js";
import type { CropBox } from "./crop-and-resize.js";

/** Draws a rectangle inside an image, from the image's size and the size that the rectangle will be resized to. */
export type CropSampler = (key: RandomKey, imageSize: ImageSize, outputSize: ImageSize) => CropBox;

export interface CropSamplerOptions {
  /** Smallest and largest area as a fraction of the image's. Default [0.08, 1]: SimCLR, section 3. */
  readonly areaRange?: readonly [minimum: number, maximum: number];
  /** Smallest and largest width / height. Default [3/4, 4/3]: SimCLR, section 3. */
  readonly aspectRatioRange?: readonly [minimum: number, maximum: number];
  /** How many rectangles are tried before the fallback. */
  readonly maximumAttempts?: number;
}

/**
 * The options with their defaults.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 */
export function cropSamplerOptions(options: CropSamplerOptions, defaultAttempts: number): Required<CropSamplerOptions> {
  const { areaRange = [0.08, 1], aspectRatioRange = [3 / 4, 4 / 3], maximumAttempts = defaultAttempts } = options;
  const ordered = ([minimum, maximum]: readonly [number, number]) => minimum > 0 && minimum <= maximum;
  if (!ordered(areaRange) || areaRange[1] > 1) {
    throw invalidArgument("areaRange", areaRange, "[minimum, maximum] with 0 < minimum <= maximum <= 1");
  }
  if (!ordered(aspectRatioRange) || !Number.isFinite(aspectRatioRange[1])) {
    throw invalidArgument("aspectRatioRange", aspectRatioRange, "[minimum, maximum] with 0 < minimum <= maximum");
  }
  if (!Number.isInteger(maximumAttempts) || maximumAttempts < 1) {
    throw invalidArgument("maximumAttempts", maximumAttempts, "a positive integer");
  }
  return { areaRange, aspectRatioRange, maximumAttempts };
}
