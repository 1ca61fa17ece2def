import { disposeTree, eager, foldIn } from "@simclr/core";
import { compileEncoder } from "./encoder.js";
import type { PretrainOptions, PretrainResult } from "./pretrain-options.js";
import { recorder } from "./recorder.js";
import { restoreState } from "./restore-state.js";
import { openRunFolder, type RunFolder } from "./run-folder.js";
import { runPlan } from "./run-plan.js";
import { stepInputs } from "./step-inputs.js";
import { stepper } from "./stepper.js";
import type { TrainState } from "./train-state.js";
import { trainToEnd } from "./train-to-end.js";

/**
 * Trains: step after step, with the next step's images and view parameters made ready while one computes, metrics read
 * only when they are logged, probes, checkpoints, and a run folder to go on from.
 *
 * A run is a function of its options: the same key gives the same losses, and a run that was stopped after any step and
 * resumed gives, on the same machine and backend, the losses of one that was not, to the last bit.
 *
 * @returns the state, owned by the caller
 * @throws SIMCLR_ERROR__TRAINING__NOT_FINITE when the loss, or a state to be saved, is NaN or infinite; the last good
 *   checkpoint stays
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT, SIMCLR_ERROR__DATA__BATCH_TOO_LARGE,
 *   SIMCLR_ERROR__TRAINING__RUN_FOLDER_OCCUPIED, SIMCLR_ERROR__TRAINING__RUN_FOLDER_NOT_FOUND,
 *   SIMCLR_ERROR__TRAINING__RUN_FOLDER_IN_USE,
 *   SIMCLR_ERROR__TRAINING__RUN_MISMATCH, SIMCLR_ERROR__TRAINING__CHECKPOINT_DAMAGED and
 *   SIMCLR_ERROR__TRAINING__CHECKPOINT_MISMATCH before the first step
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { disposeTree, randomKey } from "@simclr/core";
 * import { arrayDataset } from "@simclr/data";
 * import { linearHead } from "@simclr/heads";
 * import { lars } from "@simclr/optimizers";
 * import { type Probe, pretrain, simclrStep } from "@simclr/training";
 * import * as tf from "@tensorflow/tfjs-core";
 * const dataset = arrayDataset({ images: new Uint8Array(16 * 8 * 8 * 3).fill(99), shape: [16, 8, 8, 3] });
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const head = linearHead({ inputSize: backbone.featureSize, outputSize: 8 });
 * const view = simclrView({ imageSize: 8, blur: false });
 * const step = simclrStep({ backbone, head, views: [view, view], optimizer: lars({ learningRate: 0.1 }) });
 *
 * const spread: Probe = {
 *   name: "features",
 *   everyEpochs: 1,
 *   run: async ({ encode }) => {
 *     const deviation = tf.tidy(() => tf.sqrt(tf.moments(encode(tf.randomUniform([4, 8, 8, 3]))).variance));
 *     const [standardDeviation = 0] = await deviation.data();
 *     deviation.dispose();
 *     return { standardDeviation };
 *   },
 * };
 * const { state } = await pretrain({
 *   dataset,
 *   step,
 *   batchSize: 8,
 *   epochs: 1,
 *   key: randomKey(0),
 *   probes: [spread],
 *   onProgress: (event) => {
 *     if (event.kind === "step") console.log(event.step, event.metrics.loss);
 *     if (event.kind === "probe") console.log(event.probe, event.measured);
 *   },
 * });
 * disposeTree(state);
 * ```
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult> {
  const { dataset, step, batchSize, key, recipe, compile = eager, compileOptions, onProgress, prefetch } = options;
  const plan = runPlan(options);
  const { stepsPerEpoch, totalSteps } = plan;
  const inputsFrom = (startStep: number) =>
    stepInputs({
      dataset,
      views: step.views,
      batchSize,
      key,
      startStep,
      totalSteps,
      prefetch,
      classCount: step.classCount,
    });
  // Refuses a batch size that the dataset cannot fill before a folder is made.
  inputsFrom(0);
  const about = { key, backbone: step.backbone.spec, head: step.head.spec, recipe };
  const { length, imageShape } = dataset;
  const config = { ...about, batchSize, stepsPerEpoch, totalSteps, dataset: { length, imageShape } };
  const { runFolder, resume = false, checkpoint: { keepLast = 5, best } = {} } = options;
  const folder =
    runFolder === undefined ? undefined : await openRunFolder(runFolder, config, { resume, keepLast, best });

  const startStep = folder?.checkpoint?.step ?? 0;
  const trainStep = compile(step.step, { name: "trainStep", ...compileOptions });
  const encoder = compileEncoder(step.backbone, compile, compileOptions);
  try {
    const steps = stepper(trainStep, initialState(options, folder), inputsFrom(startStep));
    try {
      return await trainToEnd({
        steps,
        encoder,
        plan,
        recorder: recorder(folder, about, totalSteps, onProgress),
        startStep,
        batchSize,
        signal: options.signal,
      });
    } catch (error) {
      disposeTree(steps.state);
      throw error;
    } finally {
      await steps.close();
    }
  } finally {
    trainStep.dispose();
    encoder.dispose();
    await folder?.close();
  }
}

function initialState({ step, key }: PretrainOptions, folder: RunFolder | undefined): TrainState {
  const fresh = step.init(foldIn(key, "init"));
  if (!folder?.checkpoint) return fresh;
  try {
    return restoreState(folder.checkpoint, fresh);
  } finally {
    disposeTree(fresh);
  }
}
