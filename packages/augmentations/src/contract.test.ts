import { type Compile, eager } from "@simclr/core";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import { augmentationContract } from "./contract.js";
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
  type SampledParameters,
  sharedByViews,
  sharpness,
  simclrView,
  sobel,
  solarize,
  torchvisionCropSampler,
  trivialAugment,
  verticalFlip,
  view,
} from "./index.js";

const five = (value: number) => Array.from({ length: 5 }, () => value);
const neutral = { order: five(0).map(() => [3, 2, 1, 0]), contrast: five(1), saturation: five(1), hue: five(0) };
const whole = { y: five(0), x: five(0), height: five(24), width: five(20) };
const unmoved = { angle: five(0), translateX: five(0), translateY: five(0), shearX: five(0), shearY: five(0) };
const sampler = torchvisionCropSampler();

// XLA takes a second for each program: the chain of all goes through it whole, its members by their fused parts alone, and what
// differs from another member in nothing that fuses not at all.
const record: Compile = (fn, options) => compile(fn, { ...options, xla: false });
const compiles = { xla: compile, parts: record, eager };

type Member = {
  compiled?: keyof typeof compiles;
  create: () => Augmentation;
  identity?: SampledParameters;
};

const members: Record<string, Member> = {
  "crop, bicubic": { create: () => randomResizedCrop({ imageSize: [24, 20] }), identity: whole },
  "crop, bilinear with antialias": {
    create: () => randomResizedCrop({ imageSize: [9, 12], sampler, interpolation: "bilinear", antialias: true }),
  },
  "crop of the centre": { compiled: "eager", create: () => centerCrop({ imageSize: 16 }) },
  flip: { create: horizontalFlip },
  "vertical flip": { create: verticalFlip },
  "jitter, v2": { create: () => colorJitter(), identity: { ...neutral, brightness: five(1) } },
  "jitter, v1": {
    compiled: "eager",
    create: () => colorJitter({ variant: "simclrv1" }),
    identity: { ...neutral, brightness: five(0) },
  },
  "jitter, torchvision": {
    create: () => colorJitter({ variant: "torchvision", strength: 1.5 }),
    identity: { ...neutral, brightness: five(1) },
  },
  shear: { create: () => randomShear(), identity: { horizontal: five(0), vertical: five(0) } },
  "AutoAugment's policy": {
    compiled: "xla",
    create: () => autoAugment(),
    identity: { operations: five(0).map(() => [0, 0]), magnitudes: five(0).map(() => [0, 0]) },
  },
  RandAugment: {
    create: () => randAugment({ operationCount: 3, magnitude: 20, interpolation: "nearest", fill: 0.5 }),
    identity: { operations: five(0).map(() => [0, 0, 0]), magnitudes: five(0).map(() => [0, 0, 0]) },
  },
  TrivialAugment: {
    create: () => trivialAugment(),
    identity: { operations: five(0).map(() => [0]), magnitudes: five(0).map(() => [0]) },
  },
  affine: {
    create: () => randomAffine({ degrees: 90, translate: [0.3, 0.2], scale: [0.5, 2], shear: [-20, 20, -10, 10] }),
    identity: { ...unmoved, scale: five(1) },
  },
  "affine, nearest, filled": {
    compiled: "xla",
    create: () => randomAffine({ degrees: [10, 40], interpolation: "nearest", fill: 0.7 }),
    identity: { ...unmoved, scale: five(1) },
  },
  perspective: {
    compiled: "xla",
    create: () => randomPerspective({ fill: 0 }),
    identity: { coefficients: five(0).map(() => [1, 0, 0, 0, 1, 0, 0, 0]) },
  },
  "motion blur": { create: () => motionBlur() },
  erasing: {
    create: () => randomErasing({ value: 0.3 }),
    identity: { y: five(3), x: five(2), height: five(0), width: five(0) },
  },
  gamma: {
    create: () => adjustGamma({ gammaRange: [0.4, 2], gainRange: [0.8, 1.2] }),
    identity: { gamma: five(1), gain: five(1) },
  },
  negative: { create: invert },
  cutout: {
    compiled: "xla",
    create: () => cutout(),
    identity: { y: five(3), x: five(2), height: five(0), width: five(8) },
  },
  noise: {
    compiled: "xla",
    create: () => gaussianNoise(),
    identity: { sigma: five(0), key: five(0).map(() => [1, 2, 3]) },
  },
  "rotation by quarters": { create: () => rotate(), identity: { angle: five(0) } },
  rotation: { compiled: "xla", create: () => rotate({ angleRange: [-180, 180] }), identity: { angle: five(360) } },
  sobel: { compiled: "xla", create: sobel },
  equalize: { compiled: "xla", create: equalize },
  "auto contrast": { create: autoContrast },
  solarize: { create: () => solarize(), identity: { threshold: five(2) } },
  posterize: { create: () => posterize() },
  sharpness: { create: () => sharpness(), identity: { factor: five(1) } },
  grayscale: { create: grayscale },
  blur: { create: () => gaussianBlur(), identity: { sigma: five(0.1) } },
  "random blur": {
    create: () => randomApply(gaussianBlur({ perImage: false }), 0.5),
    identity: { applied: five(0), parameters: { sigma: five(2) } },
  },
  "a shared crop": {
    compiled: "eager",
    create: () => sharedByViews(randomResizedCrop({ imageSize: [24, 20] })),
    identity: whole,
  },
  "the view of SimCLR": { compiled: "xla", create: () => simclrView({ imageSize: 16 }) },
  "a view in a view": {
    compiled: "eager",
    create: () => view([view([horizontalFlip(), gaussianBlur()]), centerCrop({ imageSize: 8 })]),
  },
};

describeEachBackend(() => {
  for (const { create, identity, compiled = "parts" } of Object.values(members)) {
    augmentationContract(create, { compile: compiles[compiled], ...(identity && { identity }) });
  }
});
