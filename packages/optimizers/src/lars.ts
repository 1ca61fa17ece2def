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
  /**
   * `"classic"`, the default and the reference's, keeps the learning rate inside the momentum; `"popular"` outside.
   * `"pytorch"` is that of lightly and solo-learn: outside too, the trust ratio before the momentum, and of a norm that
   * holds `weightDecay * ||w|| + 1e-8`.
   */
  readonly variant?: "classic" | "popular" | "pytorch";
  /**
   * Whether no parameter gets more than the learning rate: the trust ratio is `min(ratio / learningRate, 1)`. Default false,
   * as the reference; solo-learn's recipes of SimCLR have it, `clip_lr`, with a trust coefficient of 0.02.
   */
  readonly clip?: boolean;
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
 *     pytorch: g  ->  trust ratio, with wd w  ->  momentum  ->  -learningRate
 *
 * The classic trace is the reference's slot with the opposite sign: updates are added here, subtracted there.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range
 * @throws SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING from `init`, for `excludes`
 * @see You et al. 2017; google-research/simclr@383d414 lars_optimizer.py; solo-learn@9187ea3 solo/utils/lars.py, lightly 1.6.0
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
  const { nesterov = false, variant = "classic", clip = false, excludes = normBiasAndSupervisedHead } = options;
  const descend = scaleByLearningRate(learningRate);
  const remember = trace({ decay, nesterov });
  const clipping = clip ? { clip: learningRate } : {};
  if (variant === "pytorch") {
    const local = { weightDecay, epsilon: 1e-8, ...clipping };
    const adapt = excluding(excludes, scaleByTrustRatio(trustCoefficient, local));
    return chain<readonly TensorTree[]>(adapt, remember, descend);
  }
  const decayWeights = excluding(excludes, addDecayedWeights(weightDecay));
  const adapt = excluding(excludes, scaleByTrustRatio(trustCoefficient, clipping));
  return variant === "classic"
    ? chain<readonly TensorTree[]>(decayWeights, adapt, descend, remember)
    : chain<readonly TensorTree[]>(decayWeights, remember, adapt, descend);
}
