import type { HostTensor } from "@simclr/core";
import { simclrError } from "./errors.js";

/** Where a run is, for the error's message. */
export interface Whereabouts {
  readonly step: number;
  /** The last step whose loss was read and finite. */
  readonly lastFiniteStep: number;
  readonly learningRate: number | undefined;
  /** The last good checkpoint. */
  readonly checkpoint: string | undefined;
}

/** The first tensor that holds a NaN or an infinity. */
export function findNotFinite(tensors: ReadonlyMap<string, HostTensor>): string | undefined {
  for (const [path, { values }] of tensors) {
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return path;
  }
  return undefined;
}

/** The error of a run that diverged. */
export function notFinite(what: string, value: number, where: Whereabouts) {
  const { step, lastFiniteStep, learningRate, checkpoint } = where;
  const rate = learningRate === undefined ? "" : ` at learning rate ${learningRate}`;
  const goOn = checkpoint === undefined ? "start again" : `go on from ${checkpoint}, which is good`;
  return simclrError(
    "SIMCLR_ERROR__TRAINING__NOT_FINITE",
    { what, ...where },
    {
      expected: `${what} to be a finite number after step ${step}`,
      received: `${value}${rate}; the loss was last seen finite after step ${lastFiniteStep}`,
      remedy: `Lower the learning rate, lengthen the warmup or raise the temperature, then ${goOn}.`,
    },
  );
}
