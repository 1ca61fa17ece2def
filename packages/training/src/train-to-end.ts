import { setImmediate as turnOfTheEventLoop } from "node:timers/promises";
import { below, disposeTree } from "@simclr/core";
import type { CompiledEncoder, Encode } from "./encoder.js";
import { notFinite } from "./not-finite.js";
import type { PretrainResult } from "./pretrain-options.js";
import { readScalars } from "./read-scalars.js";
import type { Recorder } from "./recorder.js";
import type { RunPlan } from "./run-plan.js";
import type { Stepper } from "./stepper.js";
import { throughputMeter } from "./throughput.js";

type Numbers = Readonly<Record<string, number>>;

export interface Training {
  readonly steps: Stepper;
  readonly encoder: CompiledEncoder;
  readonly plan: RunPlan;
  readonly recorder: Recorder;
  /** Steps made before. */
  readonly startStep: number;
  readonly batchSize: number;
  readonly signal?: AbortSignal;
}

/**
 * Makes the steps that are left, with what is due after each, until the last or the signal.
 *
 * @throws SIMCLR_ERROR__TRAINING__NOT_FINITE
 */
export async function trainToEnd(training: Training): Promise<PretrainResult> {
  const { steps, plan, recorder, startStep, batchSize, signal } = training;
  const { totalSteps, epochOf } = plan;
  const meter = throughputMeter();
  let at = { step: startStep, epoch: epochOf(startStep) };
  let metrics: Numbers | undefined;
  let lastFiniteStep = startStep;
  let savedStep = recorder.checkpoint === undefined ? undefined : startStep;

  const refuse = (what: string, value: number) => {
    const { checkpoint } = recorder;
    return notFinite(what, value, { step: at.step, lastFiniteStep, learningRate: metrics?.learningRate, checkpoint });
  };
  const save = async (measured: Numbers) => {
    const broken = await recorder.save(at, steps.state, measured);
    if (broken !== undefined) throw refuse(broken, Number.NaN);
    savedStep = at.step;
  };

  recorder.start(at);
  while (at.step < totalSteps && !signal?.aborted) {
    const made = await steps.advance();
    if (!made) break;
    // A backend that computes on this thread would otherwise never let a signal in.
    await turnOfTheEventLoop();
    const step = at.step + 1;
    at = { step, epoch: epochOf(step) };
    meter.count(batchSize, made.milliseconds);
    const saves = plan.savesAfter(step);
    const reads = plan.logsAfter(step) || saves || signal?.aborted;
    metrics = reads ? await readScalars(made.metrics) : undefined;
    disposeTree(made.metrics);
    if (metrics) {
      if (!Number.isFinite(metrics.loss)) throw refuse("the loss", metrics.loss as number);
      lastFiniteStep = step;
    }
    // The first step compiles; its time says nothing of the others'.
    if (step === startStep + 1) meter.restart();
    if (metrics && plan.logsAfter(step)) await recorder.step(at, metrics, meter.report(totalSteps - step));
    const probed = await probe(training, at);
    if (saves) await save({ ...metrics, ...probed });
    if (saves || Object.keys(probed).length > 0) meter.restart();
  }
  if (savedStep !== at.step) await save(metrics ?? {});
  return {
    state: steps.state,
    step: at.step,
    interrupted: at.step < totalSteps,
    metrics,
    checkpoint: recorder.checkpoint,
  };
}

/** Runs the probes that are due; their numbers are named `<probe>/<number>`. */
async function probe(
  { steps, encoder, plan, recorder, signal }: Training,
  at: { step: number; epoch: number },
): Promise<Numbers> {
  const { params, batchStats } = steps.state;
  const encode: Encode = (images) => encoder(below("backbone", params), below("backbone", batchStats), images);
  const all: Record<string, number> = {};
  for (const { name, run } of plan.probesAfter(at.step)) {
    const measured = await run({ encode, ...at, signal });
    await recorder.probe(at, name, measured);
    for (const [what, value] of Object.entries(measured)) all[`${name}/${what}`] = value;
  }
  return all;
}
