import type { ParameterPredicate, TensorTree } from "@simclr/core";
import type { GradientTransformation } from "./gradient-transformation.js";
import { masked } from "./masked.js";
import { assertMatches, not } from "./predicates.js";

/** A transformation for all parameters but the excluded ones, which have to exist; `"none"` excludes none. */
export function excluding<State extends TensorTree>(
  excludes: ParameterPredicate | "none",
  inner: GradientTransformation<State>,
): GradientTransformation<State> {
  if (excludes === "none") return inner;
  const rest = masked(inner, not(excludes));
  return {
    init: (params) => {
      assertMatches("excludes", excludes, params);
      return rest.init(params);
    },
    update: rest.update,
  };
}
