import type { Recipe } from "./recipe-schema.js";

/** What a recipe's backbone is called: `ResNet-50 × 2 SK`, `ViT-S/16`, `ConvNeXt-T`. */
export function backboneName(backbone: Recipe["backbone"]): string {
  const { kind, depth, width, selectiveKernels, squeezeExcite, resnetD, size, patchSize } = backbone;
  if (kind !== "resnet") {
    const letter = (size ?? { vit: "small", convnext: "tiny" }[kind]).charAt(0).toUpperCase();
    return kind === "vit" ? `ViT-${letter}/${patchSize ?? 16}` : `ConvNeXt-${letter}`;
  }
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
