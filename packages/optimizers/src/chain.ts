import type { TensorTree } from "@simclr/core";
import type { GradientTransformation } from "./gradient-transformation.js";
import { tidied } from "./tidied.js";

/**
 * One transformation after another: each gets what the one before made of the gradients. The state is the tuple of
 * their states.
 *
 * @example
 * ```ts
 * import { addDecayedWeights, chain, scaleByLearningRate, trace } from "@simclr/optimizers";
 * const momentumWithDecay = chain(addDecayedWeights(1e-4), trace({ decay: 0.9 }), scaleByLearningRate(0.1));
 * ```
 * @see optax's `chain`
 */
export function chain<States extends readonly TensorTree[]>(
  ...transformations: { readonly [Index in keyof States]: GradientTransformation<States[Index]> }
): GradientTransformation<States> {
  const links = transformations as readonly GradientTransformation[];
  return {
    init: (params) => links.map((link) => link.init(params)) as unknown as States,
    update: (gradients, state, params, step) =>
      tidied(() => {
        let updates = gradients;
        const states = links.map((link, i) => {
          const [next, nextState] = link.update(updates, state[i] as TensorTree, params, step);
          updates = next;
          return nextState;
        });
        return [updates, states as unknown as States] as const;
      }),
  };
}
