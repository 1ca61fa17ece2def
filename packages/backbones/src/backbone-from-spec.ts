import { type Backbone, type ModelSpec, simclrError } from "@simclr/core";
import { convNext } from "./convnext.js";
import type { ConvNextSpec } from "./convnext-spec.js";
import type {} from "./errors.js";
import { resnet } from "./resnet.js";
import type { ResnetSpec } from "./resnet-spec.js";
import { vit } from "./vit.js";
import type { VitSpec } from "./vit-spec.js";

/** Builds a backbone from its spec. */
export type BackboneBuilder = (spec: ModelSpec) => Backbone;

const ours: Readonly<Record<string, BackboneBuilder>> = {
  resnet: (spec) => resnet(spec as unknown as ResnetSpec),
  vit: (spec) => vit(spec as unknown as VitSpec),
  convnext: (spec) => convNext(spec as unknown as ConvNextSpec),
};

/**
 * The backbone that a spec describes, as a checkpoint keeps it.
 *
 * @param others builders of your own kinds, by `spec.kind`; one of a kind of ours takes its place
 * @throws SIMCLR_ERROR__BACKBONES__UNKNOWN_KIND
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a spec whose values its builder refuses
 * @example
 * ```ts
 * import { backboneFromSpec, resnet } from "@simclr/backbones";
 * const saved = JSON.stringify(resnet({ depth: 18, stem: "cifar" }).spec);
 * const backbone = backboneFromSpec(JSON.parse(saved));
 * console.log(backbone.featureSize); // 512
 * ```
 */
export function backboneFromSpec(spec: ModelSpec, others: Readonly<Record<string, BackboneBuilder>> = {}): Backbone {
  const builders = new Map(Object.entries({ ...ours, ...others }));
  const build = builders.get(spec.kind);
  if (build) return build(spec);
  const known = [...builders.keys()];
  throw simclrError(
    "SIMCLR_ERROR__BACKBONES__UNKNOWN_KIND",
    { kind: spec.kind, known },
    {
      expected: `a backbone of kind ${known.join(" or ")}`,
      received: `kind ${JSON.stringify(spec.kind)}`,
      remedy: "Pass a builder for kinds of your own as the second argument, `{ myKind: (spec) => myBackbone(spec) }`.",
    },
  );
}
