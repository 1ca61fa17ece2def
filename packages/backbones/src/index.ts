export { type BackboneBuilder, backboneFromSpec } from "./backbone-from-spec.js";
export { type ConvNextBackbone, convNext, convNextShapes } from "./convnext.js";
export type { ConvNextOptions, ConvNextSize, ConvNextSpec } from "./convnext-spec.js";
export type { ConvolutionNorm } from "./convolution-norm.js";
export { type BackboneDescription, type DescribeOptions, describe, formatDescription } from "./describe.js";
export { type FrozenBackboneOptions, frozenBackbone } from "./frozen-backbone.js";
export { imagenetNormalization, inceptionNormalization, type Normalization } from "./normalization.js";
export { sinCosPositions } from "./position-embedding.js";
export { type ResnetBackbone, resnet, resnetShapes } from "./resnet.js";
export { type ResidualBlock, type ResnetArchitecture, resnetArchitecture } from "./resnet-architecture.js";
export {
  type ResnetDepth,
  type ResnetOptions,
  type ResnetSpec,
  resnetDepths,
  resnetSpec,
} from "./resnet-spec.js";
export { formatBytes, formatCount } from "./scaled-number.js";
export type { SelectiveKernel } from "./selective-kernel.js";
export type { SqueezeExcite } from "./squeeze-excite.js";
export { type VitBackbone, vit, vitShapes } from "./vit.js";
export type { VitOptions, VitSize, VitSpec } from "./vit-spec.js";
