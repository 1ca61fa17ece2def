import type { Compile, CompileOptions, Json, RandomKey } from "@simclr/core";
import type { Dataset } from "@simclr/data";
import type { BestBy } from "./checkpoint-folder.js";
import type { Probe } from "./probe.js";
import type { Throughput } from "./throughput.js";
import type { TrainState, TrainStep } from "./train-state.js";

export interface PretrainOptions {
  readonly dataset: Dataset;
  /** What `simclrStep` returns, or a step of your own. */
  readonly step: TrainStep;
  /** Images in a step; each gives two views. */
  readonly batchSize: number;
  /** How long to train, in passes over the dataset; the images of a pass that fill no batch are left out of it. */
  readonly epochs?: number;
  /** How long to train, in steps; instead of `epochs`. */
  readonly totalSteps?: number;
  /** The run's one source of chance: initialisation, order of the images and views all derive from it. */
  readonly key: RandomKey;
  /** Default: `eager`, which runs the step on any backend as it is. */
  readonly compile?: Compile;
  /** How the step and the probes' encoder are compiled: precision, XLA. */
  readonly compileOptions?: CompileOptions;
  /** Where checkpoints and logs go. Default: nowhere. */
  readonly runFolder?: string;
  readonly checkpoint?: CheckpointOptions;
  readonly log?: {
    /** Every how many steps the metrics are read and written. Default 10; reading waits for the device. */
    readonly everySteps?: number;
  };
  readonly probes?: readonly Probe[];
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Stops the run after the step that is under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Goes on from the last checkpoint of `runFolder`, from the start where it has none. Default false. */
  readonly resume?: boolean;
  /** Batches that are read ahead. Default: that of `batches` of @simclr/data. */
  readonly prefetch?: number;
  /** The application's own settings, kept in `config.json` and in every checkpoint. */
  readonly recipe?: Json;
}

/** A checkpoint is saved at the last step, at an interruption, and as often as asked for here. */
export interface CheckpointOptions {
  readonly everySteps?: number;
  /** Default 1, the reference's `checkpoint_epochs`, unless `everySteps` is given. */
  readonly everyEpochs?: number;
  /** How many of the last checkpoints stay. Default 5, the reference's `keep_checkpoint_max`. */
  readonly keepLast?: number;
  /** The best checkpoint by this metric stays too. */
  readonly best?: BestBy;
}

export type ProgressEvent = {
  /** Steps made, of this run and those that it goes on from. */
  readonly step: number;
  readonly totalSteps: number;
  /** The epoch that the step belongs to, from 1; 0 before the first step. */
  readonly epoch: number;
} & (
  | { readonly kind: "start"; readonly resumedFrom?: string }
  | {
      /** The metrics were read. */
      readonly kind: "step";
      readonly metrics: Readonly<Record<string, number>>;
      /** Absent after the first step, which compiles. */
      readonly throughput?: Throughput;
    }
  | { readonly kind: "probe"; readonly probe: string; readonly measured: Readonly<Record<string, number>> }
  | { readonly kind: "checkpoint"; readonly path: string }
);

export interface PretrainResult {
  /** Owned by the caller: `disposeTree(result.state)` frees it. */
  readonly state: TrainState;
  /** Steps made. */
  readonly step: number;
  /** Whether the signal stopped the run before its last step. */
  readonly interrupted: boolean;
  /** What was measured after the last step, probes' numbers as `<probe>/<number>`; empty when no step was made. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The folder of the last checkpoint. */
  readonly checkpoint?: string;
}
