import { after, flattenTree, mapTree, type TensorTree, unflattenTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Moves a tree of numbers towards another one: the momentum encoder of MoCo and the target network of BYOL.
 *
 *     average' = momentum average + (1 - momentum) current
 *
 * @param average float32 tensors
 * @param current tensors at the same paths; what else it has is left alone
 * @param momentum in [0, 1], a number or a scalar: 1 keeps the average as it is
 * @returns new tensors in the form of `average`; borrows its arguments
 * @throws SIMCLR_ERROR__CORE__TREE_MISMATCH when `current` lacks a path of `average`
 * @see He et al. 2020, "Momentum Contrast", equation 2; Grill et al. 2020, "Bootstrap Your Own Latent", equation 1
 * @example
 * ```ts
 * import { exponentialMovingAverage } from "@simclr/training/step";
 * import * as tf from "@tensorflow/tfjs-core";
 * const target = exponentialMovingAverage({ kernel: tf.ones([2]) }, { kernel: tf.zeros([2]) }, 0.99); // 0.99, 0.99
 * ```
 */
export function exponentialMovingAverage<Tree extends TensorTree>(
  average: Tree,
  current: TensorTree,
  momentum: number | tf.Scalar,
): Tree {
  // Refuses a path that is not there.
  const towards = new Map(flattenTree(unflattenTree(average, new Map(flattenTree(current)))));
  return mapTree(average, (old, path) => {
    const now = towards.get(path) as tf.Tensor;
    return after(now, () => tf.tidy(() => tf.add(tf.mul(old, momentum), tf.mul(now, tf.sub(1, momentum)))));
  });
}
