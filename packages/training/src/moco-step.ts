import { oneProcess, type TensorTree } from "@simclr/core";
import { infoNce, infoNceLogits, l2Normalize } from "@simclr/losses";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "./loss-and-gradients.js";
import { negativeQueue } from "./negative-queue.js";
import { encodeImages, type NetworkVariables } from "./network.js";
import type { Objective } from "./objective.js";
import { copyNetwork, followNetwork, type Momentum, refuseMomentum } from "./target-network.js";
import type { TrainStep } from "./train-state.js";
import { type TwoViewStepOptions, twoViewStep } from "./two-view-step.js";

export interface MocoStepOptions<OptimizerState extends TensorTree> extends TwoViewStepOptions<OptimizerState> {
  /** tau. Default 0.2, MoCo v2's; v1 has 0.07. */
  readonly temperature?: number;
  /** Of the key encoder. Default 0.999. */
  readonly momentum?: Momentum;
  /** How many keys of earlier steps are negatives. Default 65536; shorter than the images seen in an epoch is wise. */
  readonly queueSize?: number;
}

type MocoState = { readonly target: NetworkVariables; readonly queue: tf.Tensor2D };

/**
 * MoCo's training step, one pure function of (state, images, view parameters):
 *
 *     k = normalised key network(view B), without a gradient;   q = network(view A)
 *     loss = infoNce(q, k, queue)
 *     key network' = momentum key network + (1 - momentum) network',   queue' = the last queueSize keys
 *
 * `objectiveState` has the key network, `target`, and the `queue`. MoCo moves the key network before the forward pass of the
 * next step; that is the same, as both begin equal. Keys of all replicas enter the queue. MoCo shuffles images between
 * replicas so that batch norms do not give the positive away; here a `communicator` makes their statistics joint, and on one
 * replica neither helps, as in lightly.
 *
 * Its metrics: those of {@link twoViewStep}, and `contrastiveAccuracy`, the share of queries nearer to their key than to the
 * whole queue.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a head that does not fit, or an option out of range
 * @throws SIMCLR_ERROR__TRAINING__NO_GRADIENT when the loss does not depend on a parameter
 * @see He et al. 2020, "Momentum Contrast", algorithm 1; Chen et al. 2020, "Improved Baselines with Momentum Contrastive Learning"
 * @example
 * ```ts
 * import { simclrView } from "@simclr/augmentations";
 * import { resnet } from "@simclr/backbones";
 * import { nonlinearHead } from "@simclr/heads";
 * import { momentum } from "@simclr/optimizers";
 * import { mocoStep } from "@simclr/training/step";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const head = nonlinearHead({ inputSize: backbone.featureSize, layers: 2, normalizeProjection: false });
 * const view = simclrView({ imageSize: 16 });
 * const optimizer = momentum({ learningRate: 0.03, weightDecay: 1e-4 });
 * const step = mocoStep({ backbone, head, views: [view, view], optimizer, queueSize: 4096 });
 * ```
 */
export function mocoStep<OptimizerState extends TensorTree>(
  options: MocoStepOptions<OptimizerState>,
): TrainStep<OptimizerState> {
  const { backbone, head, communicator = oneProcess } = options;
  const { temperature = 0.2, momentum = 0.999, queueSize = 65536 } = options;
  refuseMomentum(momentum);
  const network = { backbone, head, communicator };
  const negatives = negativeQueue({ size: queueSize, featureSize: head.outputSize });

  const objective: Objective<MocoState> = {
    init: (variables, key) => ({
      params: {},
      batchStats: {},
      state: { target: copyNetwork(variables), queue: negatives.init(key) },
    }),
    evaluate: ({ params, batchStats, objectiveState, viewA, viewB, step }) => {
      const { target, queue } = objectiveState;
      const seen = tf.tidy(() => encodeImages(network, target, viewB));
      const keys = l2Normalize(seen.projections);
      const { value, gradients, auxiliary } = lossAndGradients(params, () => {
        const encoded = encodeImages(network, { params, batchStats }, viewA);
        return { loss: infoNce(encoded.projections, keys, queue, { temperature }), auxiliary: encoded };
      });
      const logits = infoNceLogits(auxiliary.projections, keys, queue, temperature);
      const found = tf.cast(tf.equal(tf.argMax(logits, 1), 0), "float32");
      return {
        loss: value,
        gradients,
        features: auxiliary.features,
        batchStats: auxiliary.batchStats,
        metrics: { contrastiveAccuracy: tf.mean<tf.Scalar>(found) },
        next: (trained) => ({
          target: followNetwork(target, seen.batchStats, trained, momentum, step),
          queue: negatives.enqueue(queue, communicator.allGather(keys)),
        }),
      };
    },
  };
  return twoViewStep(options, objective);
}
