import { type Head, oneProcess, type TensorTree } from "@simclr/core";
import { negativeCosineSimilarity } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { encodeViews, type NetworkVariables } from "./network.js";
import type { Objective } from "./objective.js";
import { initPredictor, learnToPredict, refusePredictor } from "./predictor.js";
import { copyNetwork, followNetwork, type Momentum, refuseMomentum } from "./target-network.js";
import type { TrainStep } from "./train-state.js";
import { type TwoViewStepOptions, twoViewStep } from "./two-view-step.js";

export interface ByolStepOptions<OptimizerState extends TensorTree> extends TwoViewStepOptions<OptimizerState> {
  /** From projections to projections; `predictorHead({ inputSize: head.outputSize, hiddenSize: 4096 })` is BYOL's. */
  readonly predictor: Head;
  /** Of the target network. BYOL's is `cosineMomentumSchedule({ totalSteps })`; a number stays as it is. */
  readonly momentum: Momentum;
}

type ByolState = { readonly target: NetworkVariables };

/**
 * BYOL's training step, one pure function of (state, images, view parameters):
 *
 *     z'_A, z'_B = target network(each view), without a gradient
 *     p_A, p_B   = predictor(network(each view))
 *     loss = (2 - 2 mean cos(p_A, z'_B)) + (2 - 2 mean cos(p_B, z'_A))        in [0, 8]
 *     target' = momentum target + (1 - momentum) network'
 *
 * Each view is a forward pass of its own, with its own batch statistics, as in the authors' code. The loss is the paper's; lightly's
 * users take half the sum of both negative cosines, `lossScale: 1 / 4` to a constant. `objectiveState` has the
 * `target`; `params` and `batchStats` have `predictor/...` too.
 *
 * Its metrics: those of {@link twoViewStep}, and `projectionDeviation`, near 1 / sqrt(features) where nothing collapses.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a head or predictor that does not fit, or a momentum out of range
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT when the loss does not depend on a parameter
 * @see Grill et al. 2020, "Bootstrap Your Own Latent", section 3.1 and algorithm 1
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { nonlinearHead, predictorHead } from "@simclr/heads";
 * import { lars } from "@simclr/optimizers";
 * import { byolStep, cosineMomentumSchedule } from "@simclr/training/step";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const head = nonlinearHead({ inputSize: backbone.featureSize, outputSize: 32, layers: 2, normalizeProjection: false });
 * const view = simclrView({ imageSize: 16 });
 * const step = byolStep({
 *   backbone,
 *   head,
 *   predictor: predictorHead({ inputSize: head.outputSize, hiddenSize: 64 }),
 *   momentum: cosineMomentumSchedule({ totalSteps: 1000 }),
 *   views: [view, view],
 *   optimizer: lars({ learningRate: 0.2, weightDecay: 1.5e-6 }),
 * });
 * ```
 */
export function byolStep<OptimizerState extends TensorTree>(
  options: ByolStepOptions<OptimizerState>,
): TrainStep<OptimizerState> {
  const { backbone, head, predictor, momentum, communicator = oneProcess } = options;
  refusePredictor(predictor, head);
  refuseMomentum(momentum);
  const network = { backbone, head, communicator };
  const distance = (predictions: tf.Tensor2D, targets: tf.Tensor2D) =>
    tf.add<tf.Scalar>(2, tf.mul(2, negativeCosineSimilarity(predictions, targets)));

  const objective: Objective<ByolState> = {
    init: (variables, key) => ({ ...initPredictor(predictor, key), state: { target: copyNetwork(variables) } }),
    evaluate: ({ objectiveState: { target }, step, ...inputs }) => {
      const aims = tf.tidy(() => encodeViews(network, target, inputs.viewA, inputs.viewB, "each view"));
      const evaluation = learnToPredict(predictor, network, inputs, ({ predictionsA, predictionsB }) =>
        tf.add(distance(predictionsA, aims.projectionsB), distance(predictionsB, aims.projectionsA)),
      );
      return {
        ...evaluation,
        next: (trained) => ({ target: followNetwork(target, aims.batchStats, trained, momentum, step) }),
      };
    },
  };
  return twoViewStep(options, objective);
}
