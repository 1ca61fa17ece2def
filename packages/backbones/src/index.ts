export { type BackboneBuilder, backboneFromSpec } from "./backbone-from-spec.js";
export { type ConvNextBackbone, convNext, convNextShapes } from "./convnext.js";
export type { ConvNextOptions, ConvNextSize, ConvNextSpec } from "./convnext-spec.js";
export { type BackboneDescription, type DescribeOptions, describe, formatDescription } from "./describe.js";
export { type ResnetBackbone, resnet, resnetShapes } from "./resnet.js";
export type { ResnetDepth, ResnetOptions, ResnetSpec } from "./resnet-spec.js";
export type { Shapes, VariableShapes } from "./variables.js";
export { type VitBackbone, vit, vitShapes } from "./vit.js";
export type { VitOptions, VitSize, VitSpec } from "./vit-spec.js";
