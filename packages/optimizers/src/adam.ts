import type { ParameterPredicate } from "@simclr/core";
import { addDecayedWeights } from "./add-decayed-weights.js";
import { chain } from "./chain.js";
import { excluding } from "./excluding.js";
import type { GradientTransformation, NoState } from "./gradient-transformation.js";
import { type AdamMoments, type ScaleByAdamOptions, scaleByAdam } from "./scale-by-adam.js";
import { scaleByLearningRate } from "./scale-by-learning-rate.js";
import type { Schedule } from "./schedule.js";

export interface AdamOptions extends ScaleByAdamOptions {
  readonly learningRate: number | Schedule;
  /** L2 regularisation, added to the gradient; {@link adamw} decays weights instead. Default 0. */
  readonly weightDecay?: number;
  /** What weight decay leaves out. Default `"none"`, as PyTorch. */
  readonly excludes?: ParameterPredicate | "none";
}

/**
 * Adam: `g + weightDecay * w`, {@link scaleByAdam}, then the learning rate.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range
 * @see Kingma and Ba 2015
 */
export function adam(options: AdamOptions): GradientTransformation<readonly [NoState, AdamMoments, NoState]> {
  const { learningRate, weightDecay = 0, excludes = "none" } = options;
  const decayWeights = excluding(excludes, addDecayedWeights(weightDecay));
  return chain(decayWeights, scaleByAdam(options), scaleByLearningRate(learningRate));
}

export interface AdamwOptions extends AdamOptions {
  /** Times the learning rate, what a weight loses in a step. Default 0.01, PyTorch's; optax takes 1e-4. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: `w = w - learningRate * (adam(g) + weightDecay * w)`.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for an option out of its range
 * @see Loshchilov and Hutter 2019
 */
export function adamw(options: AdamwOptions): GradientTransformation<readonly [AdamMoments, NoState, NoState]> {
  const { learningRate, weightDecay = 0.01, excludes = "none" } = options;
  return chain(
    scaleByAdam(options),
    excluding(excludes, addDecayedWeights(weightDecay)),
    scaleByLearningRate(learningRate),
  );
}
