import { invalidArgument } from "@simclr/core";
import type { PretrainOptions } from "./pretrain-options.js";
import type { Probe } from "./probe.js";

/** How long a run is, and after which of its steps what is due. Steps are counted from 1: `1` is the first one made. */
export interface RunPlan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** The epoch that a step belongs to, from 1; 0 before the first. */
  epochOf(step: number): number;
  logsAfter(step: number): boolean;
  savesAfter(step: number): boolean;
  probesAfter(step: number): readonly Probe[];
}

/** @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT */
export function runPlan(options: PretrainOptions): RunPlan {
  const { dataset, batchSize, epochs, checkpoint = {}, log = {}, probes = [] } = options;
  if ((epochs === undefined) === (options.totalSteps === undefined)) {
    throw invalidArgument("epochs", epochs, "given, or else totalSteps, and not both");
  }
  const { everySteps = 10 } = log;
  const { keepLast = 5, everyEpochs = checkpoint.everySteps === undefined ? 1 : undefined } = checkpoint;
  const counts = { epochs, totalSteps: options.totalSteps, batchSize, keepLast, "log.everySteps": everySteps };
  const intervals = { "checkpoint.everySteps": checkpoint.everySteps, "checkpoint.everyEpochs": everyEpochs };
  const ofProbes = probes.map((probe) => [`everyEpochs of the probe ${probe.name}`, probe.everyEpochs] as const);
  for (const [name, count] of [...Object.entries({ ...counts, ...intervals }), ...ofProbes]) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count > 0)) {
      throw invalidArgument(name, count, "a positive integer");
    }
  }
  const stepsPerEpoch = Math.floor(dataset.length / batchSize);
  const totalSteps = options.totalSteps ?? (epochs as number) * stepsPerEpoch;
  const every = (step: number, interval: number | undefined) => interval !== undefined && step % interval === 0;
  return {
    stepsPerEpoch,
    totalSteps,
    epochOf: (step) => Math.ceil(step / stepsPerEpoch),
    logsAfter: (step) => step === 1 || step === totalSteps || every(step, everySteps),
    savesAfter: (step) => every(step, checkpoint.everySteps) || every(step, everyEpochs && everyEpochs * stepsPerEpoch),
    probesAfter: (step) => probes.filter((probe) => every(step, probe.everyEpochs * stepsPerEpoch)),
  };
}
