import {
  type ConvNextBackbone,
  convNext,
  imagenetNormalization,
  inceptionNormalization,
  type ResnetBackbone,
  resnet,
  type VitBackbone,
  vit,
} from "@simclr/backbones";
import { simclrError } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";

/** What is done to pixels first, by the names of recipes. */
export const normalizations = {
  none: "none",
  imagenet: imagenetNormalization,
  inception: inceptionNormalization,
} as const;

/**
 * A recipe's backbone, for images of a shape.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE for a vision transformer, which knows positions of one size, and views of another
 */
export function buildBackbone(
  { backbone, imageSize }: Pick<Recipe, "backbone" | "imageSize">,
  [height, width, inputChannels]: readonly [height: number, width: number, channels: number],
): ResnetBackbone | VitBackbone | ConvNextBackbone {
  const { kind, recompute } = backbone;
  const normalization = normalizations[backbone.normalization];
  if (kind === "resnet") {
    const { depth, width, stem, selectiveKernels, squeezeExcite, resnetD } = backbone;
    const common = { depth, width, stem, selectiveKernels, squeezeExcite, inputChannels, recompute };
    return resnet({ ...common, normalization, ...(resnetD !== null && { resnetD }) });
  }
  const { size, patchSize, positions, pool } = backbone;
  const common = {
    inputChannels,
    recompute,
    normalization,
    ...(size !== null && { size }),
    ...(patchSize !== null && { patchSize }),
  };
  if (kind === "convnext") return convNext(common);
  if (height !== imageSize || width !== imageSize) throw otherSize(imageSize, height, width);
  return vit({ ...common, imageSize, positions, pool });
}

function otherSize(imageSize: number, height: number, width: number) {
  return simclrError(
    "SIMCLR_ERROR__CLI__INVALID_RECIPE_VALUE",
    { key: "imageSize", received: imageSize },
    {
      expected: `with backbone.kind=vit imageSize to be the images' own size, ${width} x ${height}`,
      received: String(imageSize),
      remedy: `For example: --set imageSize=${height}, and backbone.patchSize a divisor of it.`,
    },
  );
}
