import { type Head, type ModelSpec, simclrError } from "@simclr/core";
import type {} from "./errors.js";
import { type LinearHeadSpec, linearHead } from "./linear-head.js";
import { type NoHeadSpec, noHead } from "./no-head.js";
import { type NonlinearHeadSpec, nonlinearHead } from "./nonlinear-head.js";
import { type PredictorHeadSpec, predictorHead } from "./predictor-head.js";

/** Builds a head from its spec. */
export type HeadBuilder = (spec: ModelSpec) => Head;

const ours: Readonly<Record<string, HeadBuilder>> = {
  none: (spec) => noHead(spec as unknown as NoHeadSpec),
  linear: (spec) => linearHead(spec as unknown as LinearHeadSpec),
  nonlinear: (spec) => nonlinearHead(spec as unknown as NonlinearHeadSpec),
  predictor: (spec) => predictorHead(spec as unknown as PredictorHeadSpec),
};

/**
 * The head that a spec describes, as a checkpoint keeps it.
 *
 * @param others builders of your own kinds, by `spec.kind`; one of a kind of ours takes its place
 * @throws SIMCLR_ERROR__HEADS__UNKNOWN_KIND
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a spec whose values its builder refuses
 * @example
 * ```ts
 * import { headFromSpec, nonlinearHead } from "@simclr/heads";
 * const saved = JSON.stringify(nonlinearHead({ inputSize: 512 }).spec);
 * const head = headFromSpec(JSON.parse(saved));
 * console.log(head.outputSize); // 128
 * ```
 */
export function headFromSpec(spec: ModelSpec, others: Readonly<Record<string, HeadBuilder>> = {}): Head {
  const builders = new Map(Object.entries({ ...ours, ...others }));
  const build = builders.get(spec.kind);
  if (build) return build(spec);
  const known = [...builders.keys()];
  throw simclrError(
    "SIMCLR_ERROR__HEADS__UNKNOWN_KIND",
    { kind: spec.kind, known },
    {
      expected: `a head of kind ${known.join(" or ")}`,
      received: `kind ${JSON.stringify(spec.kind)}`,
      remedy: "Pass a builder for kinds of your own as the second argument, `{ myKind: (spec) => myHead(spec) }`.",
    },
  );
}
