import type { ParameterPredicate, TensorTree } from "@simclr/core";
import { addDecayedWeights } from "./add-decayed-weights.js";
import { chain } from "./chain.js";
import { excluding } from "./excluding.js";
import type { GradientTransformation } from "./gradient-transformation.js";
import { normBiasAndSupervisedHead } from "./predicates.js";
import { type ScaleByAdamOptions, scaleByAdam } from "./scale-by-adam.js";
import { scaleByLearningRate } from "./scale-by-learning-rate.js";
import { scaleByTrustRatio } from "./scale-by-trust-ratio.js";
import type { Schedule } from "./schedule.js";

export interface LambOptions extends ScaleByAdamOptions {
  readonly learningRate: number | Schedule;
  /** Default 1e-6, the paper's code's and optax's; adam's is 1e-8. */
  readonly epsilon?: number;
  /** Default 0.01, the paper's; optax takes 0. */
  readonly weightDecay?: number;
  /**
   * Parameters without weight decay and trust ratio: plain Adam. Default {@link normBiasAndSupervisedHead}, the list of
   * {@link lars}; a rule that matches nothing is refused. optax's `mask` is about the weight decay alone.
   */
  readonly excludes?: ParameterPredicate | "none";
}

/**
 * LAMB, Adam with a rate for each layer; without arithmetic of its own, a chain:
 *
 *     adam(g) + weightDecay w  ->  trust ratio ||w|| / ||update||  ->  -learningRate
 *
 * The paper bounds ||w|| by a function phi, which its own experiments leave at the identity, as here. Adam's bias
 * correction is on, as in the paper's algorithm 2 and in optax.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range
 * @throws SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING from `init`, for `excludes`
 * @see You et al. 2020, "Large Batch Optimization for Deep Learning", algorithm 2; optax's `lamb`
 * @example
 * ```ts
 * import { lamb, warmupCosineSchedule } from "@simclr/optimizers";
 * const learningRate = warmupCosineSchedule({ peak: 0.005, warmupSteps: 100, totalSteps: 1000 });
 * const optimizer = lamb({ learningRate, weightDecay: 1e-4 });
 * ```
 */
export function lamb(options: LambOptions): GradientTransformation {
  const { learningRate, epsilon = 1e-6, weightDecay = 0.01, excludes = normBiasAndSupervisedHead } = options;
  return chain<readonly TensorTree[]>(
    scaleByAdam({ ...options, epsilon }),
    excluding(excludes, addDecayedWeights(weightDecay)),
    excluding(excludes, scaleByTrustRatio(1)),
    scaleByLearningRate(learningRate),
  );
}
