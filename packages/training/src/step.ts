export { type ProjectionMetrics, type SimclrStep, type SimclrStepOptions, simclrStep } from "./simclr-step.js";
export type { StepResult, TrainState, TrainStep } from "./train-state.js";
