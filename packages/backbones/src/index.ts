export { type BackboneBuilder, backboneFromSpec } from "./backbone-from-spec.js";
export type { Shapes, VariableShapes } from "./convolution-norm.js";
export { type ResnetBackbone, resnet, resnetShapes } from "./resnet.js";
export type { ResnetDepth, ResnetOptions, ResnetSpec } from "./resnet-spec.js";
