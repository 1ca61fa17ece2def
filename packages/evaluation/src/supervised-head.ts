import { dense, normalInitializer, type Parameters, parameter, type RandomKey } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** The path below which the supervised head's parameters lie: the reference's `head_supervised`. */
export const supervisedHeadPath = "supervisedHead";

const [kernel, bias] = [`${supervisedHeadPath}/kernel`, `${supervisedHeadPath}/bias`] as const;

/**
 * A linear classifier's first parameters, owned by the caller: the kernel from N(0, 0.01^2) by a key, or without one zeros,
 * as the reference's commands for linear evaluation and fine-tuning have it (`--zero_init_logits_layer`).
 *
 * @see google-research/simclr@383d414 tf2/model.py, `SupervisedHead`
 */
export function initSupervisedHead(featureSize: number, classCount: number, key?: RandomKey): Parameters {
  const shape: [number, number] = [featureSize, classCount];
  return { [kernel]: key ? normalInitializer(key, shape) : tf.zeros(shape), [bias]: tf.zeros([classCount]) };
}

/** How many classes the head tells apart. */
export function supervisedClassCount(params: Parameters): number {
  return parameter(params, bias).size;
}

/** The logits `[batch, classCount]`. */
export function applySupervisedHead(params: Parameters, features: tf.Tensor2D): tf.Tensor2D {
  return dense(features, parameter(params, kernel) as tf.Tensor2D, parameter(params, bias) as tf.Tensor1D);
}
