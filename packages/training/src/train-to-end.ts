import { setImmediate as turnOfTheEventLoop } from "node:timers/promises";
import { below, disposeTree } from "@simclr/core";
import type { CompiledEncoder, Encode } from "./encoder.js";
import { notFinite } from "./not-finite.js";
import type { PretrainResult } from "./pretrain-options.js";
import type { Probe } from "./probe.js";
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
  /** What was measured after this very step. */
  let measured: Numbers = {};
  let lastFiniteStep = startStep;
  let savedStep = recorder.checkpoint === undefined ? undefined : startStep;

  const refuse = (what: string, value: number) => {
    const { checkpoint } = recorder;
    return notFinite(what, value, { step: at.step, lastFiniteStep, learningRate: measured.learningRate, checkpoint });
  };
  const save = async () => {
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
    measured = reads ? await readScalars(made.metrics) : {};
    disposeTree(made.metrics);
    if (reads && !Number.isFinite(measured.loss)) throw refuse("the loss", measured.loss as number);
    if (reads) lastFiniteStep = step;
    // The first step compiles; its time says nothing of the others'.
    if (step === startStep + 1) meter.restart();
    if (plan.logsAfter(step)) await recorder.step(at, measured, meter.report(totalSteps - step));
    const probes = plan.probesAfter(step);
    for (const due of probes) measured = { ...measured, ...(await runProbe(due, training, at)) };
    if (saves) await save();
    if (saves || probes.length > 0) meter.restart();
  }
  if (savedStep !== at.step) await save();
  return {
    state: steps.state,
    step: at.step,
    interrupted: at.step < totalSteps,
    metrics: measured,
    checkpoint: recorder.checkpoint,
  };
}

/** Runs a probe; its numbers come back as `<probe>/<number>`. */
async function runProbe(
  { name, run }: Probe,
  { steps, encoder, recorder, signal }: Training,
  at: { step: number; epoch: number },
): Promise<Numbers> {
  const { params, batchStats } = steps.state;
  const encode: Encode = (images) => encoder(below("backbone", params), below("backbone", batchStats), images);
  const measured = await run({ encode, params, ...at, signal });
  await recorder.probe(at, name, measured);
  return Object.fromEntries(Object.entries(measured).map(([what, value]) => [`${name}/${what}`, value]));
}
