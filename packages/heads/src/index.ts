export { type HeadBuilder, headFromSpec } from "./head-from-spec.js";
export type { ProjectionOptions } from "./head-options.js";
export type { DescribedHead } from "./layered-head.js";
export { type LinearHeadOptions, type LinearHeadSpec, linearHead } from "./linear-head.js";
export { type NoHeadOptions, type NoHeadSpec, noHead } from "./no-head.js";
export { type NonlinearHeadOptions, type NonlinearHeadSpec, nonlinearHead } from "./nonlinear-head.js";
export { type PredictorHeadOptions, type PredictorHeadSpec, predictorHead } from "./predictor-head.js";
