import type { ImageSize } from "./augmentation.js";
import { roundHalfEven } from "./round-half-even.js";

/**
 * The operations of AutoAugment and its successors; a parameter names them by their place in this list, which only grows at
 * its end.
 */
export const policyOperations = [
  "none",
  "shearX",
  "rotate",
  "color",
  "contrast",
  "sharpness",
  "posterize",
  "solarize",
  "invert",
  "autoContrast",
  "equalize",
  "shearY",
  "translateX",
  "translateY",
  "brightness",
] as const;
export type PolicyOperation = (typeof policyOperations)[number];

/** The operations of RandAugment and TrivialAugment: all but invert. */
export const randomOperations: readonly PolicyOperation[] = policyOperations.filter((name) => name !== "invert");

/** The magnitude at the highest level. */
interface MagnitudeRanges {
  /** Pixels a row, or a column. */
  readonly shear: number;
  /** Pixels, by the side along which it goes. */
  readonly translate: (side: number) => number;
  /** Degrees. */
  readonly rotate: number;
  /** Of brightness, color, contrast and sharpness: how far the factor is from 1. */
  readonly enhance: number;
  /** How many of eight bits go. */
  readonly posterize: number;
}

/** AutoAugment's and RandAugment's. */
const magnitudeRanges: MagnitudeRanges = {
  shear: 0.3,
  translate: (side) => (150 / 331) * side,
  rotate: 30,
  enhance: 0.9,
  posterize: 4,
};

/** TrivialAugment's "wide" ranges. */
export const wideMagnitudeRanges: MagnitudeRanges = {
  shear: 0.99,
  translate: () => 32,
  rotate: 135,
  enhance: 0.99,
  posterize: 6,
};

/**
 * What a strength means, as torchvision has it, with the sign where an operation goes both ways.
 *
 * @param strength the level over the highest level, from 0 to 1
 */
export function magnitudeOf(
  operation: PolicyOperation,
  strength: number,
  sign: 1 | -1,
  [height, width]: ImageSize,
  ranges: MagnitudeRanges = magnitudeRanges,
): number {
  // Whole pixels, towards 0; and no negative zero, which JSON has not.
  const pixels = (side: number) => sign * Math.trunc(ranges.translate(side) * strength) + 0;
  switch (operation) {
    case "shearX":
    case "shearY":
      return sign * ranges.shear * strength + 0;
    case "translateX":
      return pixels(width);
    case "translateY":
      return pixels(height);
    case "rotate":
      return sign * ranges.rotate * strength + 0;
    case "brightness":
    case "color":
    case "contrast":
    case "sharpness":
      return 1 + sign * ranges.enhance * strength;
    case "posterize":
      return 8 - roundHalfEven(ranges.posterize * strength);
    case "solarize":
      return 1 - strength;
    default:
      return 0;
  }
}
