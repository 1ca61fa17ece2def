export { type BackboneBuilder, backboneFromSpec } from "./backbone-from-spec.js";
export type { ConvolutionNorm, Shapes, VariableShapes } from "./convolution-norm.js";
export { type ResnetBackbone, resnet, resnetShapes } from "./resnet.js";
export { type ResidualBlock, type ResnetArchitecture, resnetArchitecture } from "./resnet-architecture.js";
export {
  imagenetNormalization,
  type Normalization,
  type ResnetDepth,
  type ResnetOptions,
  type ResnetSpec,
  resnetDepths,
  resnetSpec,
} from "./resnet-spec.js";
