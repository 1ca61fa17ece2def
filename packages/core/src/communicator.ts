import type * as tf from "@tensorflow/tfjs-core";
import type { TensorTree } from "./tree.js";

/**
 * How the replicas of a training run talk. Losses gather negatives through it, batch norm its statistics and the step
 * its gradients, so that many machines need no second code path.
 */
export interface Communicator {
  readonly rank: number;
  readonly size: number;
  /** The mean over all replicas, tensor by tensor. */
  allReduceMean<Tree extends TensorTree>(tree: Tree): Tree;
  /**
   * The replicas' tensors, joined along the first axis in the order of their ranks. Its gradient is the sum, over all
   * replicas, of their gradients in this replica's rows: every replica may use them in its loss.
   */
  allGather<T extends tf.Tensor>(tensor: T): T;
}

/** The communicator of a run of one process: both operations are the identity. */
export const oneProcess: Communicator = {
  rank: 0,
  size: 1,
  allReduceMean: (tree) => tree,
  allGather: (tensor) => tensor,
};
