import { isDeepStrictEqual } from "node:util";
import { convNext, type VitSize, vit } from "@simclr/backbones";
import type { EncoderSpec } from "@simclr/weights";

/** A network that recipes know by the name of its size. */
export type SizedSpec = Exclude<EncoderSpec, { kind: "resnet" }>;

const sizes: readonly VitSize[] = ["tiny", "small", "base", "large"];

/** The named size of a transformer's or ConvNeXt's blocks and channels; null where there is none. */
export function sizeOf(spec: SizedSpec): VitSize | null {
  const blocks = (own: SizedSpec) => (own.kind === "vit" ? [own.depth, own.width] : [own.depths, own.widths]);
  const named = (size: VitSize) => (spec.kind === "vit" ? vit({ size }).spec : convNext({ size }).spec);
  return sizes.find((size) => isDeepStrictEqual(blocks(named(size)), blocks(spec))) ?? null;
}
