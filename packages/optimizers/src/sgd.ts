import type { ParameterPredicate, Parameters } from "@simclr/core";
import { addDecayedWeights } from "./add-decayed-weights.js";
import { chain } from "./chain.js";
import { excluding } from "./excluding.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { scaleByLearningRate } from "./scale-by-learning-rate.js";
import type { Schedule } from "./schedule.js";
import { trace } from "./trace.js";

export interface SgdOptions {
  readonly learningRate: number | Schedule;
  /** L2 regularisation, added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** What weight decay leaves out. Default `"none"`, as PyTorch; for the reference's rule see `normBiasAndSupervisedHead`. */
  readonly excludes?: ParameterPredicate | "none";
}

/**
 * Stochastic gradient descent: `w = w - learningRate * (g + weightDecay * w)`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a negative learning rate or weight decay
 */
export function sgd(options: SgdOptions): GradientTransformation<readonly [NoState, NoState]> {
  const { learningRate, weightDecay = 0, excludes = "none" } = options;
  return chain(excluding(excludes, addDecayedWeights(weightDecay)), scaleByLearningRate(learningRate));
}

export interface MomentumOptions extends SgdOptions {
  /** In [0, 1). Default 0.9, the reference's `--momentum`. */
  readonly momentum?: number;
  /** Default false; the reference's momentum optimizer, and its linear evaluation, take true. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent with momentum, the learning rate outside of the trace as in PyTorch and TensorFlow:
 *
 *     g = g + weightDecay * w;  v = momentum * v + g;  w = w - learningRate * (nesterov ? g + momentum * v : v)
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a momentum outside [0, 1), a negative learning rate or weight decay
 * @see google-research/simclr@383d414 model.py, `get_optimizer`
 */
export function momentum(options: MomentumOptions): GradientTransformation<readonly [NoState, Parameters, NoState]> {
  const { learningRate, weightDecay = 0, excludes = "none", momentum: decay = 0.9, nesterov = false } = options;
  return chain(
    excluding(excludes, addDecayedWeights(weightDecay)),
    trace({ decay, nesterov }),
    scaleByLearningRate(learningRate),
  );
}
