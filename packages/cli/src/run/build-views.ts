import {
  type Augmentation,
  adjustGamma,
  autoAugment,
  autoContrast,
  centerCrop,
  colorJitter,
  cutout,
  equalize,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  horizontalFlip,
  invert,
  motionBlur,
  posterize,
  randAugment,
  randomAffine,
  randomApply,
  randomErasing,
  randomPerspective,
  randomResizedCrop,
  randomShear,
  rotate,
  sharedByViews,
  sharpness,
  sobel,
  solarize,
  tensorflowCropSampler,
  torchvisionCropSampler,
  trivialAugment,
  type View,
  verticalFlip,
  view,
} from "@simclr/augmentations";
import type { Recipe } from "../recipe/recipe-schema.js";

type Transformation = Recipe["view"]["transformations"][number];
type Chain = readonly Augmentation[];

/**
 * How a recipe makes the two views of an image: both by its list of transformations, or, as the paper compares
 * transformations in figure 5, both from one random crop, of which only the first is transformed. The second may be blurred and
 * solarized more or less often, as in BYOL.
 *
 * @see SimCLR (Chen et al. 2020), section 3.1
 */
export function buildViews(recipe: Pick<Recipe, "imageSize" | "view">): readonly [View, View] {
  const { imageSize, view: options } = recipe;
  const { transformations, transformedViews } = options;
  const shear = { horizontal: options.horizontalShear, vertical: options.verticalShear };
  const sheared: Chain = shear.horizontal + shear.vertical > 0 ? [randomShear(shear) as Augmentation] : [];
  const make = makers(recipe);
  const listed = transformations.flatMap((name) => make[name]());
  if (transformedViews === "first") {
    const shared = make.crop().map(sharedByViews);
    return [view([...shared, ...sheared, ...listed]), view(shared)];
  }
  // Whatever is not a crop sees images in their final size, and nothing of a padded batch's padding.
  const resized: Chain =
    transformations[0] === "crop" ? [] : [centerCrop({ imageSize, proportion: 1 }) as Augmentation];
  const first = view([...sheared, ...resized, ...listed]);
  const { secondBlurProbability: blur, secondSolarizeProbability: solarized } = options;
  if (blur === null && solarized === null) return [first, first];
  const own = { ...(blur !== null && { blurProbability: blur }), ...(solarized !== null && { solarizeProbability: solarized }) }; // biome-ignore format: one line
  const second = makers({ imageSize, view: { ...options, ...own } });
  return [first, view([...sheared, ...resized, ...transformations.flatMap((name) => second[name]())])];
}

/** What each transformation is made of; nothing where its probability is 0. */
function makers({ imageSize, view: options }: Pick<Recipe, "imageSize" | "view">): Record<Transformation, () => Chain> {
  const sometimes = (augmentation: unknown, probability: number): Chain =>
    probability > 0 ? [randomApply(augmentation as Augmentation, probability)] : [];
  const { minimumCropArea, maximumCropArea, colorStrength, colorProbability, grayscaleProbability } = options;
  const drawn = { tensorflow: tensorflowCropSampler, torchvision: torchvisionCropSampler }[options.cropSampler];
  const sampler = drawn({ areaRange: [minimumCropArea, maximumCropArea] });
  const { brightness, contrast, saturation, hue, colorVariant: variant, rotateDegrees: degrees } = options;
  const jitter = () => colorJitter({ strength: colorStrength, brightness, contrast, saturation, hue, variant });
  const sigmaRange = [options.minimumBlurSigma, options.maximumBlurSigma] as const;
  return {
    crop: () => [randomResizedCrop({ imageSize, sampler }) as Augmentation],
    cutout: () => sometimes(cutout(), options.cutoutProbability),
    flip: () => sometimes(horizontalFlip(), options.flipProbability),
    color: () => [
      ...sometimes(jitter(), colorStrength > 0 ? colorProbability : 0),
      ...sometimes(grayscale(), grayscaleProbability),
    ],
    sobel: () => sometimes(sobel(), options.sobelProbability),
    noise: () => sometimes(gaussianNoise(), options.noiseProbability),
    blur: () => sometimes(gaussianBlur({ sigmaRange }), options.blurProbability),
    rotate: () => sometimes(rotate(degrees === null ? {} : { angleRange: [-degrees, degrees] }), options.rotateProbability), // biome-ignore format: one line
    verticalFlip: () => sometimes(verticalFlip(), options.verticalFlipProbability),
    autoAugment: () => [autoAugment({ policy: options.autoAugmentPolicy }) as Augmentation],
    randAugment: () => [
      randAugment({ operationCount: options.randAugmentOperations, magnitude: options.randAugmentMagnitude }) as Augmentation, // biome-ignore format: one line
    ],
    trivialAugment: () => [trivialAugment() as Augmentation],
    affine: () => sometimes(affine(options), options.affineProbability),
    perspective: () => sometimes(randomPerspective(), options.perspectiveProbability),
    motionBlur: () => sometimes(motionBlur(), options.motionBlurProbability),
    erasing: () => sometimes(randomErasing(), options.erasingProbability),
    solarize: () => sometimes(solarize(), options.solarizeProbability),
    posterize: () => sometimes(posterize(), options.posterizeProbability),
    equalize: () => sometimes(equalize(), options.equalizeProbability),
    autoContrast: () => sometimes(autoContrast(), options.autoContrastProbability),
    sharpness: () => sometimes(sharpness(), options.sharpnessProbability),
    invert: () => sometimes(invert(), options.invertProbability),
    gamma: () => sometimes(adjustGamma(), options.gammaProbability),
  };
}

function affine({ affineDegrees, affineTranslation, affineScaling, affineShear }: Recipe["view"]) {
  return randomAffine({
    degrees: affineDegrees,
    translate: [affineTranslation, affineTranslation],
    scale: [1 - affineScaling, 1 + affineScaling],
    shear: affineShear,
  });
}
