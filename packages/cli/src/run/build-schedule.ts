import {
  constantSchedule,
  cosineSchedule,
  epochsToSteps,
  joinSchedules,
  linearScaling,
  linearSchedule,
  piecewiseSchedule,
  type Schedule,
  squareRootScaling,
  warmupCosineSchedule,
} from "@simclr/optimizers";
import type { Recipe } from "../recipe/recipe-schema.js";

export interface EpochSize {
  readonly batchSize: number;
  /** Images in an epoch. */
  readonly exampleCount: number;
}

/**
 * The learning rate of every step of a recipe's run: a warm-up in a straight line, then what `optimizer.schedule` says.
 *
 *     warm-up: from warmupLearningRate to learningRate in warmupEpochs
 *     cosine, linear: on to finalLearningRate at the end;  constant;  step: times decayFactor from each of decayEpochs on
 */
export function buildSchedule(
  { epochs, optimizer }: Pick<Recipe, "epochs" | "optimizer">,
  { batchSize, exampleCount }: EpochSize,
): Schedule {
  const scale = { none: (base: number) => base, linear: linearScaling, squareRoot: squareRootScaling };
  const scaled = (base: number) => scale[optimizer.learningRateScaling](base, batchSize);
  const peak = scaled(optimizer.learningRate);
  const [first, last] = [scaled(optimizer.warmupLearningRate), scaled(optimizer.finalLearningRate)];
  const steps = epochsToSteps({ epochs, warmupEpochs: optimizer.warmupEpochs, exampleCount, batchSize });
  if (optimizer.schedule === "cosine" && first === 0 && last === 0) return warmupCosineSchedule({ peak, ...steps });
  const { warmupSteps } = steps;
  const totalSteps = Math.max(1, steps.totalSteps - warmupSteps);
  const after = {
    cosine: () => cosineSchedule({ start: peak, end: last, totalSteps }),
    linear: () => linearSchedule({ start: peak, end: last, totalSteps }),
    constant: () => constantSchedule(peak),
    step: () =>
      piecewiseSchedule({ start: peak, factors: decays(optimizer, { batchSize, exampleCount }, warmupSteps) }),
  }[optimizer.schedule]();
  if (warmupSteps === 0) return after;
  return joinSchedules([linearSchedule({ start: first, end: peak, totalSteps: warmupSteps }), after], [warmupSteps]);
}

/** By the step after the warm-up: what the learning rate is multiplied by. */
function decays(
  { decayEpochs, decayFactor }: Recipe["optimizer"],
  { batchSize, exampleCount }: EpochSize,
  warmupSteps: number,
): Record<number, number> {
  const step = (epoch: number) => Math.max(0, Math.floor((epoch * exampleCount) / batchSize) - warmupSteps);
  return Object.fromEntries(decayEpochs.map((epoch) => [step(epoch), decayFactor]));
}
