import { invalidArgument } from "@simclr/core";

export interface EpochsToStepsOptions {
  readonly epochs: number;
  /** Part of `epochs`. The reference's `--warmup_epochs` is 10. */
  readonly warmupEpochs: number;
  /** Images in the training set. */
  readonly exampleCount: number;
  /** Images in a step, over all replicas. */
  readonly batchSize: number;
}

/**
 * Epochs in steps, rounded as the reference rounds:
 *
 *     totalSteps = floor(exampleCount * epochs / batchSize) + 1;  warmupSteps = floor(exampleCount * warmupEpochs / batchSize)
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for numbers that are not positive, or a warm-up longer than the run
 * @see google-research/simclr@383d414 model_util.py, `get_train_steps` and `learning_rate_schedule`
 * @example
 * ```ts
 * import { epochsToSteps } from "@simclr/optimizers";
 * const steps = epochsToSteps({ epochs: 1000, warmupEpochs: 10, exampleCount: 50000, batchSize: 512 });
 * console.log(steps); // { totalSteps: 97657, warmupSteps: 976 }
 * ```
 */
export function epochsToSteps(options: EpochsToStepsOptions): { totalSteps: number; warmupSteps: number } {
  const { epochs, warmupEpochs, exampleCount, batchSize } = options;
  for (const [name, value] of Object.entries({ epochs, exampleCount, batchSize })) {
    if (!(Number.isFinite(value) && value > 0)) throw invalidArgument(name, value, "a finite number above 0");
  }
  if (!(warmupEpochs >= 0 && warmupEpochs <= epochs)) {
    throw invalidArgument("warmupEpochs", warmupEpochs, `from 0 to ${epochs}, the number of epochs`);
  }
  return {
    totalSteps: Math.floor((exampleCount * epochs) / batchSize) + 1,
    warmupSteps: Math.floor((exampleCount * warmupEpochs) / batchSize),
  };
}
