import type { CheckpointContents } from "./checkpoint.js";
import { download } from "./host-tensors.js";
import { findNotFinite } from "./not-finite.js";
import type { ProgressEvent } from "./pretrain-options.js";
import type { At, RunFolder } from "./run-folder.js";
import type { Throughput } from "./throughput.js";
import type { TrainState } from "./train-state.js";

type Numbers = Readonly<Record<string, number>>;

/** Where a run's numbers go: to its folder, if it has one, and to whoever watches its progress. */
export interface Recorder {
  /** The folder of the last checkpoint. */
  readonly checkpoint: string | undefined;
  start(at: At): void;
  step(at: At, metrics: Numbers, throughput: Throughput | undefined): Promise<void>;
  probe(at: At, probe: string, measured: Numbers): Promise<void>;
  /**
   * Saves a checkpoint. Borrows the state.
   *
   * @returns the path of a tensor that holds a NaN or an infinity, and for which nothing was saved
   */
  save(at: At, state: TrainState, metrics: Numbers): Promise<string | undefined>;
}

/** @param about what every checkpoint says of its run */
export function recorder(
  folder: RunFolder | undefined,
  about: Omit<CheckpointContents, "step" | "epoch" | "metrics">,
  totalSteps: number,
  onProgress: (event: ProgressEvent) => void = () => {},
): Recorder {
  const resumedFrom = folder?.checkpoint?.path;
  let checkpoint = resumedFrom;
  return {
    get checkpoint() {
      return checkpoint;
    },
    start: (at) => onProgress({ kind: "start", ...at, totalSteps, resumedFrom }),
    step: async (at, metrics, throughput) => {
      const speed = throughput && { imagesPerSecond: throughput.imagesPerSecond };
      await folder?.logStep(at, { ...metrics, ...speed });
      onProgress({ kind: "step", ...at, totalSteps, metrics, throughput });
    },
    probe: async (at, probe, measured) => {
      await folder?.logProbe(at, probe, measured);
      onProgress({ kind: "probe", ...at, totalSteps, probe, measured });
    },
    save: async (at, state, metrics) => {
      if (!folder) return undefined;
      const tensors = await download(state);
      const broken = findNotFinite(tensors);
      if (broken !== undefined) return broken;
      checkpoint = await folder.save(tensors, { ...about, ...at, metrics });
      onProgress({ kind: "checkpoint", ...at, totalSteps, path: checkpoint });
      return undefined;
    },
  };
}
