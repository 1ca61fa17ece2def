export { type ByolStepOptions, byolStep } from "./byol-step.js";
export {
  type Checkpoint,
  type CheckpointContents,
  loadCheckpoint,
  saveCheckpoint,
} from "./checkpoint.js";
export { type BestBy, bestCheckpoint, checkpointPath, latestCheckpoint } from "./checkpoint-folder.js";
export { type CosineMomentumOptions, cosineMomentumSchedule } from "./cosine-momentum-schedule.js";
export type { Encode } from "./encoder.js";
export { type EventFile, openEventFile } from "./event-file.js";
export { exponentialMovingAverage } from "./exponential-moving-average.js";
export type { InitialNetwork } from "./initial-network.js";
export type { LinearProbeOptions } from "./linear-probe.js";
export { type LoadEncoderOptions, type LoadedEncoder, loadEncoder } from "./load-encoder.js";
export { type LoadedNetwork, type LoadNetworkOptions, loadNetwork } from "./load-network.js";
export { type MetricsLine, readMetrics } from "./metrics-file.js";
export { type MocoStepOptions, mocoStep } from "./moco-step.js";
export { type NegativeQueue, type NegativeQueueOptions, negativeQueue } from "./negative-queue.js";
export type { NetworkVariables, ViewStatistics } from "./network.js";
export type { Evaluation, Objective, ObjectiveInputs } from "./objective.js";
export { pretrain } from "./pretrain.js";
export type { CheckpointOptions, PretrainOptions, PretrainResult, ProgressEvent } from "./pretrain-options.js";
export type { Probe, ProbeContext } from "./probe.js";
export { restoreState } from "./restore-state.js";
export type { RunConfig } from "./run-folder.js";
export { readSafetensors, writeSafetensors } from "./safetensors-file.js";
export { type SimSiamStepOptions, simSiamStep } from "./sim-siam-step.js";
export type { LabelledLoss, ProjectionMetrics } from "./simclr-objective.js";
export { type SimclrStep, type SimclrStepOptions, simclrStep } from "./simclr-step.js";
export type { Throughput } from "./throughput.js";
export type { StepResult, TrainState, TrainStep } from "./train-state.js";
export { type TwoViewStepOptions, twoViewStep } from "./two-view-step.js";
