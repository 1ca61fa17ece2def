import { invalidArgument } from "@simclr/core";
import { assertNormalization, type Normalization } from "./normalization.js";
import { assertCount, assertNoStranger, assertRecompute } from "./option-checks.js";

/** Blocks and channels of the four stages (Liu et al. 2022, section 3). */
const sizes = {
  tiny: { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] },
  small: { depths: [3, 3, 27, 3], widths: [96, 192, 384, 768] },
  base: { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024] },
  large: { depths: [3, 3, 27, 3], widths: [192, 384, 768, 1536] },
} as const;

export type ConvNextSize = keyof typeof sizes;

/** What a ConvNeXt is. Defaults are the paper's. */
export interface ConvNextOptions {
  /** Sets `depths` and `widths`; each can still be given. Default `"tiny"`. */
  readonly size?: ConvNextSize;
  /** Blocks of each stage; as many stages as numbers. */
  readonly depths?: readonly number[];
  /** Channels of each stage. */
  readonly widths?: readonly number[];
  /** Height and width of a patch of the stem. Default 4; 1 or 2 for images of 32 pixels. */
  readonly patchSize?: number;
  /** What every block's branch is multiplied by at first, channel by channel. Default 1e-6. */
  readonly layerScale?: number;
  /** What is done to the images first. Default `"none"`: images go in as they are, in [0, 1]. */
  readonly normalization?: "none" | Normalization;
  /** Channels of the images. Default 3. */
  readonly inputChannels?: number;
  /** `"blocks"`: keeps the blocks' inputs alone for the backward pass, which computes the rest again. Default `"none"`. */
  readonly recompute?: "none" | "blocks";
}

/** A ConvNeXt's options with every default written out. */
export type ConvNextSpec = { readonly kind: "convnext" } & {
  readonly [Option in keyof Omit<ConvNextOptions, "size">]-?: NonNullable<ConvNextOptions[Option]>;
};

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function convNextSpec(options: ConvNextOptions & { readonly kind?: string }): ConvNextSpec {
  const { size = "tiny" } = options;
  if (!Object.hasOwn(sizes, size)) throw invalidArgument("size", size, `one of ${Object.keys(sizes).join(", ")}`);
  const {
    kind: _kind,
    size: _size,
    depths = sizes[size].depths,
    widths = sizes[size].widths,
    patchSize = 4,
    layerScale = 1e-6,
    normalization = "none",
    inputChannels = 3,
    recompute = "none",
    ...unknown
  } = options;
  assertNoStranger("convnext", unknown);
  for (const [name, list] of Object.entries({ depths, widths })) {
    if (!(Array.isArray(list) && list.length > 0 && list.every((n) => Number.isInteger(n) && n > 0)))
      throw invalidArgument(name, list, "a list of whole numbers above 0, one for each stage");
  }
  if (widths.length !== depths.length)
    throw invalidArgument("widths", widths, `${depths.length} numbers, as depths has`);
  assertCount({ patchSize, inputChannels });
  if (!(Number.isFinite(layerScale) && layerScale > 0))
    throw invalidArgument("layerScale", layerScale, "a number above 0");
  assertNormalization(normalization, inputChannels);
  assertRecompute(recompute);
  return {
    kind: "convnext",
    depths: [...depths],
    widths: [...widths],
    patchSize,
    layerScale,
    normalization,
    inputChannels,
    recompute,
  };
}
