import { type Head, oneProcess, stopGradient, type TensorTree } from "@simclr/core";
import { negativeCosineSimilarity } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import type { Objective } from "./objective.js";
import { initPredictor, learnToPredict, refusePredictor } from "./predictor.js";
import type { TrainStep } from "./train-state.js";
import { type TwoViewStepOptions, twoViewStep } from "./two-view-step.js";

export interface SimSiamStepOptions<OptimizerState extends TensorTree> extends TwoViewStepOptions<OptimizerState> {
  /** From projections to projections; `predictorHead({ inputSize: 2048, hiddenSize: 512 })` is SimSiam's. */
  readonly predictor: Head;
}

/**
 * SimSiam's training step, one pure function of (state, images, view parameters):
 *
 *     z_A, z_B = network(each view),   p_A, p_B = predictor(z_A), predictor(z_B)
 *     loss = -(mean cos(p_A, stop(z_B)) + mean cos(p_B, stop(z_A))) / 2        in [-1, 1]
 *
 * Each view is a forward pass of its own, with its own batch statistics. `params` and `batchStats` have `predictor/...` too. The
 * paper keeps the predictor's learning rate constant; here the schedule is the optimizer's alone.
 *
 * Its metrics: those of {@link twoViewStep}, and `projectionDeviation`, near 1 / sqrt(features) where nothing collapses.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a head or predictor that does not fit
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT when the loss does not depend on a parameter
 * @see Chen and He 2021, "Exploring Simple Siamese Representation Learning", algorithm 1
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { nonlinearHead, predictorHead } from "@simclr/heads";
 * import { momentum } from "@simclr/optimizers";
 * import { simSiamStep } from "@simclr/training/step";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const head = nonlinearHead({ inputSize: backbone.featureSize, outputSize: 64 });
 * const predictor = predictorHead({ inputSize: 64, hiddenSize: 16 });
 * const view = simclrView({ imageSize: 16 });
 * const step = simSiamStep({ backbone, head, predictor, views: [view, view], optimizer: momentum({ learningRate: 0.05 }) });
 * ```
 */
export function simSiamStep<OptimizerState extends TensorTree>(
  options: SimSiamStepOptions<OptimizerState>,
): TrainStep<OptimizerState> {
  const { backbone, head, predictor, communicator = oneProcess } = options;
  refusePredictor(predictor, head);
  const network = { backbone, head, communicator };

  const objective: Objective<Record<string, never>> = {
    init: (_, key) => ({ ...initPredictor(predictor, key), state: {} }),
    evaluate: (inputs) => {
      const evaluation = learnToPredict(predictor, network, inputs, (predicted) => {
        const fromA = negativeCosineSimilarity(predicted.predictionsA, stopGradient(predicted.projectionsB));
        const fromB = negativeCosineSimilarity(predicted.predictionsB, stopGradient(predicted.projectionsA));
        return tf.div(tf.add(fromA, fromB), 2);
      });
      return { ...evaluation, next: () => ({}) };
    },
  };
  return twoViewStep(options, objective);
}
