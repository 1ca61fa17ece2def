import type { ParameterPredicate, TensorTree } from "@simclr/core";
import { addDecayedWeights } from "./add-decayed-weights.js";
import { chain } from "./chain.js";
import { excluding } from "./excluding.js";
import type { GradientTransformation } from "./gradient-transformation.js";
import { normBiasAndSupervisedHead } from "./predicates.js";
import { scaleByLearningRate } from "./scale-by-learning-rate.js";
import { scaleByTrustRatio } from "./scale-by-trust-ratio.js";
import type { Schedule } from "./schedule.js";
import { trace } from "./trace.js";

export interface LarsOptions {
  readonly learningRate: number | Schedule;
  /** In [0, 1). Default 0.9, the reference's `--momentum`. */
  readonly momentum?: number;
  /** Default 1e-6, the paper's text and the reference's TF2 flag; its TF1 flag and CIFAR-10 recipe take 1e-4. */
  readonly weightDecay?: number;
  /** Default 0.001, the reference's `EETA_DEFAULT`. */
  readonly trustCoefficient?: number;
  /** Default false, as the reference. */
  readonly nesterov?: boolean;
  /** `"classic"`, the default and the reference's, keeps the learning rate inside the momentum; `"popular"` outside. */
  readonly variant?: "classic" | "popular";
  /**
   * Parameters without weight decay and trust ratio: plain momentum at the full learning rate. Default
   * {@link normBiasAndSupervisedHead}, the reference's list; a rule that matches nothing is refused.
   */
  readonly excludes?: ParameterPredicate | "none";
}

/**
 * LARS, layer-wise adaptive rate scaling; without arithmetic of its own, a chain:
 *
 *     classic: g + wd w  ->  trust ratio  ->  -learningRate  ->  momentum
 *     popular: g + wd w  ->  momentum  ->  trust ratio  ->  -learningRate
 *
 * The classic trace is the reference's slot with the opposite sign: updates are added here, subtracted there. Solo-learn
 * and lightly weight the norm differently, see {@link scaleByTrustRatio}.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range
 * @throws SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING from `init`, for `excludes`
 * @see You et al. 2017; google-research/simclr@383d414 lars_optimizer.py
 * @example
 * ```ts
 * import { lars, linearScaling, warmupCosineSchedule } from "@simclr/optimizers";
 * const peak = linearScaling(0.3, 4096); // 4.8
 * const learningRate = warmupCosineSchedule({ peak, warmupSteps: 3127, totalSteps: 31279 });
 * const optimizer = lars({ learningRate, weightDecay: 1e-6 });
 * ```
 */
export function lars(options: LarsOptions): GradientTransformation {
  const { learningRate, momentum: decay = 0.9, weightDecay = 1e-6, trustCoefficient = 0.001 } = options;
  const { nesterov = false, variant = "classic", excludes = normBiasAndSupervisedHead } = options;
  const decayWeights = excluding(excludes, addDecayedWeights(weightDecay));
  const adapt = excluding(excludes, scaleByTrustRatio(trustCoefficient));
  const descend = scaleByLearningRate(learningRate);
  const remember = trace({ decay, nesterov });
  return variant === "classic"
    ? chain<readonly TensorTree[]>(decayWeights, adapt, descend, remember)
    : chain<readonly TensorTree[]>(decayWeights, remember, adapt, descend);
}
