import { isDeepStrictEqual } from "node:util";
import type { EncoderSpec } from "@simclr/weights";
import { sizeOf } from "../recipe/backbone-size.js";
import { normalizations } from "./build-backbone.js";

/** An imported network as assignments of a recipe. A transformer of a size that has no name is `size: null` there, and whole in the run's spec. */
export function backboneOverrides(spec: EncoderSpec): string[] {
  const settings = { kind: spec.kind, ...settingsOf(spec), normalization: normalizationName(spec.normalization) };
  return Object.entries(settings).map(([name, value]) => `backbone.${name}=${value}`);
}

/** Another than recipes know is in the run's spec alone. */
function normalizationName(normalization: EncoderSpec["normalization"]): string {
  const named = Object.entries(normalizations).find(([, numbers]) => isDeepStrictEqual(numbers, normalization));
  return named?.[0] ?? "none";
}

function settingsOf(spec: EncoderSpec): Readonly<Record<string, unknown>> {
  if (spec.kind === "resnet") {
    const { depth, width, stem, selectiveKernels, squeezeExcite, resnetD } = spec;
    return { depth, width, stem, selectiveKernels, squeezeExcite, resnetD };
  }
  const { patchSize } = spec;
  if (spec.kind === "convnext") return { size: sizeOf(spec), patchSize };
  return { size: sizeOf(spec), patchSize, positions: spec.positions, pool: spec.pool };
}

/** An imported network in a line: `ResNet-50, width 1, stem imagenet, variant torchvision`. */
export function networkLine(spec: EncoderSpec): string {
  const images = spec.normalization === "none" ? "images as they are" : "images normalized";
  if (spec.kind === "resnet") {
    const kernels = spec.selectiveKernels > 0 ? ", selective kernels" : "";
    return `ResNet-${spec.depth}, width ${spec.width}${kernels}, stem ${spec.stem}, variant ${spec.variant}, ${images}`;
  }
  const patches = `patches of ${spec.patchSize} pixels`;
  if (spec.kind === "convnext") {
    return `ConvNeXt, blocks ${spec.depths.join("-")}, widths ${spec.widths.join("-")}, ${patches}, ${images}`;
  }
  const { depth, width, headCount, imageSize, positions } = spec;
  return `ViT, depth ${depth}, width ${width}, ${headCount} heads, ${patches}, ${positions} positions of ${imageSize} pixels, ${images}`;
}
