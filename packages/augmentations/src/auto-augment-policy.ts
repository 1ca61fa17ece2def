/** The operations of AutoAugment's ImageNet policy; a parameter names them by their place in this list. */
export const autoAugmentOperations = [
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
] as const;
export type AutoAugmentOperation = (typeof autoAugmentOperations)[number];

/** An operation, the probability that it is applied, and its level from 0 to 9. */
export type PolicyStep = readonly [operation: AutoAugmentOperation, probability: number, level: number];

/**
 * The ImageNet policy: of these 25 pairs each image gets one.
 *
 * @see Cubuk et al. 2019, "AutoAugment", table 9
 */
export const imageNetPolicy: readonly (readonly [PolicyStep, PolicyStep])[] = [
  [["posterize", 0.4, 8], ["rotate", 0.6, 9]],
  [["solarize", 0.6, 5], ["autoContrast", 0.6, 0]],
  [["equalize", 0.8, 0], ["equalize", 0.6, 0]],
  [["posterize", 0.6, 7], ["posterize", 0.6, 6]],
  [["equalize", 0.4, 0], ["solarize", 0.2, 4]],
  [["equalize", 0.4, 0], ["rotate", 0.8, 8]],
  [["solarize", 0.6, 3], ["equalize", 0.6, 0]],
  [["posterize", 0.8, 5], ["equalize", 1, 0]],
  [["rotate", 0.2, 3], ["solarize", 0.6, 8]],
  [["equalize", 0.6, 0], ["posterize", 0.4, 6]],
  [["rotate", 0.8, 8], ["color", 0.4, 0]],
  [["rotate", 0.4, 9], ["equalize", 0.6, 0]],
  [["equalize", 0, 0], ["equalize", 0.8, 0]],
  [["invert", 0.6, 0], ["equalize", 1, 0]],
  [["color", 0.6, 4], ["contrast", 1, 8]],
  [["rotate", 0.8, 8], ["color", 1, 2]],
  [["color", 0.8, 8], ["solarize", 0.8, 7]],
  [["sharpness", 0.4, 7], ["invert", 0.6, 0]],
  [["shearX", 0.6, 5], ["equalize", 1, 0]],
  [["color", 0.4, 0], ["equalize", 0.6, 0]],
  [["equalize", 0.4, 0], ["solarize", 0.2, 4]],
  [["solarize", 0.6, 5], ["autoContrast", 0.6, 0]],
  [["invert", 0.6, 0], ["equalize", 1, 0]],
  [["color", 0.6, 4], ["contrast", 1, 8]],
  [["equalize", 0.8, 0], ["equalize", 0.6, 0]],
]; // biome-ignore format: a pair a line

/** What a level from 0 to 9 means, as torchvision has it, with the sign where an operation goes both ways. */
export function magnitudeOf(operation: AutoAugmentOperation, level: number, sign: 1 | -1): number {
  switch (operation) {
    case "shearX":
      return (sign * 0.3 * level) / 9;
    case "rotate":
      return (sign * 30 * level) / 9;
    case "color":
    case "contrast":
    case "sharpness":
      return 1 + (sign * 0.9 * level) / 9;
    case "posterize":
      return 8 - Math.round((level * 4) / 9);
    case "solarize":
      return 1 - level / 9;
    default:
      return 0;
  }
}
