import type { ParameterPredicate, TensorTree } from "@simclr/core";
import type { GradientTransformation } from "./gradient-transformation.js";
import { assertMatches, select } from "./predicates.js";

/**
 * A transformation for the selected parameters alone; the other gradients pass through as they are.
 *
 * @throws SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING from `init`
 * @example
 * ```ts
 * import { addDecayedWeights, masked } from "@simclr/optimizers";
 * const decayKernels = masked(addDecayedWeights(1e-4), (path) => path.endsWith("kernel"));
 * ```
 * @see optax's `masked`
 */
export function masked<State extends TensorTree>(
  inner: GradientTransformation<State>,
  predicate: ParameterPredicate,
): GradientTransformation<State> {
  return {
    init: (params) => {
      assertMatches("the predicate of masked", predicate, params);
      return inner.init(select(params, predicate));
    },
    update: (gradients, state, params, step) => {
      const chosen = select(gradients, predicate, params);
      const [updates, next] = inner.update(chosen, state, select(params, predicate), step);
      return [{ ...gradients, ...updates }, next];
    },
  };
}
