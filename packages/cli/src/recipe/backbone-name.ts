import type { ModelSpec } from "@simclr/core";
import { type SizedSpec, sizeOf } from "./backbone-size.js";
import type { Recipe } from "./recipe-schema.js";

/**
 * What a run's backbone is called: `ResNet-50 × 2 SK`, `ViT-S/16`, `ConvNeXt-T`, `ViT/20, 7 blocks of 200`.
 *
 * @param spec the network itself, where there is one: that of an imported transformer may have a size that recipes have no name for
 */
export function backboneName(backbone: Recipe["backbone"], spec?: ModelSpec): string {
  const { kind, depth, width, selectiveKernels, squeezeExcite, resnetD, size, patchSize } = backbone;
  if (spec?.kind === "vit" || spec?.kind === "convnext") return transformerName(spec as unknown as SizedSpec);
  if (kind !== "resnet") return named(kind, size ?? { vit: "small", convnext: "tiny" }[kind], patchSize ?? 16);
  const hasSelectiveKernels = selectiveKernels > 0;
  return [
    `ResNet-${depth}`,
    width !== 1 && `× ${width}`,
    hasSelectiveKernels && "SK",
    squeezeExcite > 0 && "SE",
    resnetD !== null && resnetD !== hasSelectiveKernels && (resnetD ? "D" : "without D"),
  ]
    .filter(Boolean)
    .join(" ");
}

function transformerName(spec: SizedSpec): string {
  const size = sizeOf(spec);
  if (size !== null) return named(spec.kind, size, spec.patchSize);
  if (spec.kind === "vit") return `ViT/${spec.patchSize}, ${spec.depth} blocks of ${spec.width}`;
  return `ConvNeXt, ${spec.depths.join("-")} blocks of ${spec.widths.join("-")}`;
}

function named(kind: SizedSpec["kind"], size: string, patchSize: number): string {
  const letter = size.charAt(0).toUpperCase();
  return kind === "vit" ? `ViT-${letter}/${patchSize}` : `ConvNeXt-${letter}`;
}
