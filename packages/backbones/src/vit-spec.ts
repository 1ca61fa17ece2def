import { invalidArgument } from "@simclr/core";
import { assertNormalization, type Normalization } from "./normalization.js";
import { assertCount, assertNoStranger, assertRecompute } from "./option-checks.js";

/** Widths, depths and heads by name: Ti, S and B of DeiT (Touvron et al. 2021), L of Dosovitskiy et al. 2021. */
const sizes = {
  tiny: { width: 192, depth: 12, headCount: 3 },
  small: { width: 384, depth: 12, headCount: 6 },
  base: { width: 768, depth: 12, headCount: 12 },
  large: { width: 1024, depth: 24, headCount: 16 },
} as const;

export type VitSize = keyof typeof sizes;

/** What a vision transformer is. Defaults are those of DeiT and of torchvision's `vit_b_16`. */
export interface VitOptions {
  /** Sets `width`, `depth` and `headCount`; each can still be given. Default `"small"`. */
  readonly size?: VitSize;
  /** Channels of a token; `headCount` divides it. */
  readonly width?: number;
  /** Blocks of attention and perceptron. */
  readonly depth?: number;
  /** Heads of each attention. MoCo v3's ViT-S has 12, DeiT's 6. */
  readonly headCount?: number;
  /** Hidden channels of the perceptrons over `width`. Default 4. */
  readonly hiddenRatio?: number;
  /** Height and width of a patch in pixels. Default 16. */
  readonly patchSize?: number;
  /** Height and width of the images, a multiple of `patchSize`: positions are of this size. Default 224. */
  readonly imageSize?: number;
  /** `"learned"` (default), or `"sincos"`: fixed, as in MoCo v3; `width` is a multiple of 4. */
  readonly positions?: "learned" | "sincos";
  /**
   * `"class"` (default): features are a class token's, which the patches' tokens are told to. `"mean"`: the mean of the
   * patches' tokens, without a class token (Beyer et al. 2022).
   */
  readonly pool?: "class" | "mean";
  /** What is done to the images first. Default `"none"`: images go in as they are, in [0, 1]. */
  readonly normalization?: "none" | Normalization;
  /** Channels of the images. Default 3. */
  readonly inputChannels?: number;
  /** `"blocks"`: keeps the blocks' inputs alone for the backward pass, which computes the rest again. Default `"none"`. */
  readonly recompute?: "none" | "blocks";
}

/** A vision transformer's options with every default written out. */
export type VitSpec = { readonly kind: "vit" } & {
  readonly [Option in keyof Omit<VitOptions, "size">]-?: NonNullable<VitOptions[Option]>;
};

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function vitSpec(options: VitOptions & { readonly kind?: string }): VitSpec {
  const { size = "small" } = options;
  if (!Object.hasOwn(sizes, size)) throw invalidArgument("size", size, `one of ${Object.keys(sizes).join(", ")}`);
  const {
    kind: _kind,
    size: _size,
    width = sizes[size].width,
    depth = sizes[size].depth,
    headCount = sizes[size].headCount,
    hiddenRatio = 4,
    patchSize = 16,
    imageSize = 224,
    positions = "learned",
    pool = "class",
    normalization = "none",
    inputChannels = 3,
    recompute = "none",
    ...unknown
  } = options;
  assertNoStranger("vit", unknown);
  assertCount({ width, depth, headCount, patchSize, imageSize, inputChannels });
  if (width % headCount !== 0) throw invalidArgument("headCount", headCount, `a divisor of the width, ${width}`);
  if (!(Number.isFinite(hiddenRatio) && width * hiddenRatio >= 1))
    throw invalidArgument("hiddenRatio", hiddenRatio, "a number that gives at least one hidden channel");
  if (imageSize % patchSize !== 0)
    throw invalidArgument("imageSize", imageSize, `a multiple of patchSize, ${patchSize}`);
  if (positions !== "learned" && positions !== "sincos")
    throw invalidArgument("positions", positions, '"learned" or "sincos"');
  if (positions === "sincos" && width % 4 !== 0)
    throw invalidArgument("width", width, "a multiple of 4, for sincos positions");
  if (pool !== "class" && pool !== "mean") throw invalidArgument("pool", pool, '"class" or "mean"');
  assertNormalization(normalization, inputChannels);
  assertRecompute(recompute);
  return {
    kind: "vit",
    width,
    depth,
    headCount,
    hiddenRatio,
    patchSize,
    imageSize,
    positions,
    pool,
    normalization,
    inputChannels,
    recompute,
  };
}
