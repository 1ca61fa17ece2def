export { type AdjustGammaOptions, adjustGamma } from "./adjust-gamma.js";
export type { PolicyParameters } from "./apply-policy.js";
export type { Augmentation, ImageSize, PerImage, SampleContext, SampledParameters } from "./augmentation.js";
export { type AutoAugmentOptions, autoAugment } from "./auto-augment.js";
export type { AutoAugmentPolicy } from "./auto-augment-policy.js";
export { autoContrast } from "./auto-contrast.js";
export { type CenterCropOptions, centerCrop } from "./center-crop.js";
export { type ColorJitterOptions, type ColorJitterParameters, colorJitter } from "./color-jitter.js";
export { type CropBox, type CropBoxes, cropAndResize, type ResizeOptions } from "./crop-and-resize.js";
export type { CropSampler, CropSamplerOptions } from "./crop-sampler.js";
export { type CutoutOptions, type CutoutParameters, cutout } from "./cutout.js";
export { equalize } from "./equalize.js";
export { type GaussianBlurOptions, gaussianBlur } from "./gaussian-blur.js";
export { type GaussianNoiseOptions, type GaussianNoiseParameters, gaussianNoise } from "./gaussian-noise.js";
export { grayscale } from "./grayscale.js";
export { horizontalFlip } from "./horizontal-flip.js";
export type { Interpolation, InterpolationOptions } from "./interpolation-matrix.js";
export { invert } from "./invert.js";
export type { JitterVariant } from "./jitter-operations.js";
export { type MotionBlurOptions, type MotionBlurParameters, motionBlur } from "./motion-blur.js";
export { parameterTensor, parameterTensors } from "./parameter-tensors.js";
export { type PosterizeOptions, posterize } from "./posterize.js";
export { type RandAugmentOptions, randAugment } from "./rand-augment.js";
export { type RandomAffineOptions, type RandomAffineParameters, randomAffine } from "./random-affine.js";
export { type RandomApplyParameters, randomApply } from "./random-apply.js";
export { type RandomErasingOptions, type RandomErasingParameters, randomErasing } from "./random-erasing.js";
export {
  type RandomPerspectiveOptions,
  type RandomPerspectiveParameters,
  randomPerspective,
} from "./random-perspective.js";
export { type RandomResizedCropOptions, randomResizedCrop } from "./random-resized-crop.js";
export { type RandomShearOptions, randomShear } from "./random-shear.js";
export type { ResampleOptions } from "./resample.js";
export { type RotateOptions, rotate } from "./rotate.js";
export { samplePerImage } from "./sample-per-image.js";
export { selectParameters } from "./select-parameters.js";
export { sharedByViews } from "./shared-by-views.js";
export { type SharpnessOptions, sharpness } from "./sharpness.js";
export { type SimclrViewOptions, simclrView } from "./simclr-view.js";
export { sobel } from "./sobel.js";
export { type SolarizeOptions, solarize } from "./solarize.js";
export { type TensorflowCropSamplerOptions, tensorflowCropSampler } from "./tensorflow-crop-sampler.js";
export { torchvisionCropSampler } from "./torchvision-crop-sampler.js";
export { trivialAugment } from "./trivial-augment.js";
export { type View, view } from "./view.js";
