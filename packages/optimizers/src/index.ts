export { type AdamOptions, type AdamwOptions, adam, adamw } from "./adam.js";
export { addDecayedWeights } from "./add-decayed-weights.js";
export { chain } from "./chain.js";
export { type ClipByGlobalNormOptions, clipByGlobalNorm } from "./clip-by-global-norm.js";
export { clipByValue } from "./clip-by-value.js";
export { type CosineScheduleOptions, cosineSchedule } from "./cosine-schedule.js";
export { type EmaOfParametersOptions, emaOfParameters } from "./ema-of-parameters.js";
export { type EpochsToStepsOptions, epochsToSteps } from "./epochs-to-steps.js";
export { globalNorm } from "./global-norm.js";
export { applyUpdates, type GradientTransformation, type NoState } from "./gradient-transformation.js";
export { joinSchedules } from "./join-schedules.js";
export { type LambOptions, lamb } from "./lamb.js";
export { type LarsOptions, lars } from "./lars.js";
export { type LayerWiseDecayOptions, layerWiseDecay } from "./layer-wise-decay.js";
export { linearScaling, squareRootScaling } from "./learning-rate-scaling.js";
export { masked } from "./masked.js";
export {
  type PiecewiseScheduleOptions,
  piecewiseSchedule,
  type StepScheduleOptions,
  stepSchedule,
} from "./piecewise-schedule.js";
export {
  type LinearScheduleOptions,
  linearSchedule,
  type PolynomialScheduleOptions,
  polynomialSchedule,
} from "./polynomial-schedule.js";
export { normBiasAndSupervisedHead, not } from "./predicates.js";
export { type AdamMoments, type ScaleByAdamOptions, scaleByAdam } from "./scale-by-adam.js";
export { scaleByLearningRate } from "./scale-by-learning-rate.js";
export { scaleByTrustRatio, type TrustRatioOptions } from "./scale-by-trust-ratio.js";
export { constantSchedule, type Schedule } from "./schedule.js";
export { type MomentumOptions, momentum, type SgdOptions, sgd } from "./sgd.js";
export { type TraceOptions, trace } from "./trace.js";
export { type WarmupCosineOptions, warmupCosineSchedule } from "./warmup-cosine-schedule.js";
