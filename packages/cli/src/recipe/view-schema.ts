import { z } from "zod";

const count = z.int().min(1);
const probability = z.number().min(0).max(1);

const paperTransformations = [
  "crop",
  "cutout",
  "flip",
  "color",
  "sobel",
  "noise",
  "blur",
  "rotate",
  "autoAugment",
] as const;
const otherTransformations = ["verticalFlip", "randAugment", "trivialAugment", "affine", "perspective", "motionBlur", "erasing", "solarize", "posterize", "equalize", "autoContrast", "sharpness", "invert", "gamma"] as const; // biome-ignore format: one line
const transformation = z.enum([...paperTransformations, ...otherTransformations]);

/** How often something that is not in the paper is done, where it is listed. */
const often = (name: (typeof otherTransformations)[number], share: number, what: string) =>
  probability.default(share).describe(`with ${name}: how often ${what}`);

/** How the two views of an image are made. */
export const view = z.strictObject({
  transformations: z
    .array(transformation)
    .min(1)
    .default(["crop", "flip", "color", "blur"])
    .describe(
      "what is done to a view, in this order; color: jitter, then grayscale; without crop an image is resized alone (paper, figures 4 and 5, table 1)",
    ),
  transformedViews: z
    .enum(["both", "first"])
    .default("both")
    .describe(
      "first: both views are the same random crop, and only the first one is transformed further (paper, section 3.1)",
    ),
  minimumCropArea: z
    .number()
    .gt(0)
    .max(1)
    .default(0.08)
    .describe("smallest crop, as a fraction of the image's area (paper: 0.08)"),
  maximumCropArea: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("largest crop, as a fraction of the image's area (paper: 1)"),
  cropSampler: z
    .enum(["tensorflow", "torchvision"])
    .default("tensorflow")
    .describe("how crops are drawn (reference: tensorflow; lightly, solo-learn: torchvision)"),
  horizontalShear: z.number().min(0).default(0).describe("largest slant, pixels a row (not in the paper; for writing)"),
  verticalShear: z
    .number()
    .min(0)
    .default(0)
    .describe("largest slope, pixels a column (not in the paper; for writing)"),
  verticalFlipProbability: often("verticalFlip", 0.5, "a view is turned upside down (torchvision: 0.5)"),
  flipProbability: probability.default(0.5).describe("how often a view is mirrored (paper: 0.5)"),
  colorStrength: z
    .number()
    .min(0)
    .default(1)
    .describe("strength of the colour jitter (paper: 1 on ImageNet, 0.5 on CIFAR-10)"),
  brightness: z.number().min(0).default(0.8).describe("largest change of brightness at colorStrength 1 (paper: 0.8)"),
  contrast: z.number().min(0).default(0.8).describe("largest change of contrast at colorStrength 1 (paper: 0.8)"),
  saturation: z.number().min(0).default(0.8).describe("largest change of saturation at colorStrength 1 (paper: 0.8)"),
  hue: z.number().min(0).default(0.2).describe("largest shift of hue at colorStrength 1, in turns (paper: 0.2)"),
  colorVariant: z
    .enum(["simclrv2", "simclrv1", "torchvision"])
    .default("simclrv2")
    .describe(
      "whose arithmetic of colours (reference: simclrv2; the first paper: simclrv1; lightly, solo-learn: torchvision)",
    ),
  colorProbability: probability.default(0.8).describe("how often colours are jittered (paper: 0.8)"),
  grayscaleProbability: probability.default(0.2).describe("how often colours are dropped (paper: 0.2)"),
  blurProbability: probability
    .default(0.5)
    .describe("how often a view is blurred (paper: 0.5 on ImageNet, 0 on CIFAR-10)"),
  minimumBlurSigma: z.number().gt(0).default(0.1).describe("narrowest blur, in pixels (paper: 0.1)"),
  maximumBlurSigma: z.number().gt(0).default(2).describe("widest blur, in pixels (paper: 2)"),
  cutoutProbability: probability
    .default(1)
    .describe("with cutout: how often a part is covered (DeVries and Taylor 2017: 1; the paper does not say)"),
  rotateProbability: probability
    .default(0.75)
    .describe("with rotate: how often a view is turned by 90, 180 or 270 degrees (0.75: none as often as each)"),
  rotateDegrees: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe("with rotate: the largest angle, either way; null: quarters of a turn (paper)"),
  sobelProbability: probability
    .default(0.5)
    .describe("with sobel: how often a view becomes its edges (the paper does not say)"),
  noiseProbability: probability
    .default(1)
    .describe("with noise: how often Gaussian noise is added, of a strength up to 0.2 (the paper does not say)"),
  autoAugmentPolicy: z
    .enum(["imagenet", "cifar10", "svhn"])
    .default("imagenet")
    .describe("with autoAugment: for which images its policy was searched (paper: imagenet)"),
  randAugmentOperations: count.default(2).describe("with randAugment: operations an image gets (Cubuk et al. 2020: 2)"),
  randAugmentMagnitude: z.int().min(0).max(30).default(9).describe("with randAugment: their level (torchvision: 9)"),
  affineProbability: often("affine", 1, "a view is turned, shifted, scaled and slanted (torchvision: 1)"),
  affineDegrees: z.number().min(0).default(15).describe("with affine: largest angle, either way"),
  affineTranslation: probability.default(0.1).describe("with affine: largest shift, as a part of the side"),
  affineScaling: z.number().min(0).lt(1).default(0.1).describe("with affine: how far the scale is from 1, at most"),
  affineShear: z.number().min(0).lt(90).default(5).describe("with affine: largest slant of rows, in degrees"),
  perspectiveProbability: often(
    "perspective",
    0.5,
    "corners move in, by up to a quarter of the side (torchvision: 0.5)",
  ),
  motionBlurProbability: often("motionBlur", 0.5, "a view is blurred along a line of 3 to 7 pixels (kornia: 0.5)"),
  erasingProbability: often("erasing", 0.5, "a rectangle is covered (Zhong et al. 2017: 0.5)"),
  solarizeProbability: often("solarize", 0.2, "bright pixels are inverted (BYOL: 0.2, of one view)"),
  posterizeProbability: often("posterize", 0.5, "4 to 8 bits of every byte are kept (torchvision: 0.5)"),
  equalizeProbability: often("equalize", 0.5, "histograms are made flat (torchvision: 0.5)"),
  autoContrastProbability: often("autoContrast", 0.5, "channels are stretched over all levels (torchvision: 0.5)"),
  sharpnessProbability: often("sharpness", 0.5, "a view is softened or sharpened (torchvision: 0.5)"),
  invertProbability: often("invert", 0.5, "a view becomes its negative (torchvision: 0.5)"),
  secondBlurProbability: probability
    .nullable()
    .default(null)
    .describe("with blur: of the second view; null: as the first (BYOL and Barlow Twins: 1 and 0.1)"),
  secondSolarizeProbability: probability
    .nullable()
    .default(null)
    .describe("with solarize: of the second view; null: as the first (BYOL and Barlow Twins: 0 and 0.2)"),
  gammaProbability: often("gamma", 0.5, "tones are bent by an exponent of 0.8 to 1.2 (albumentations: 0.5)"),
});
