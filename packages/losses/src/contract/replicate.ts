import type { Communicator } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** What one replica of a run computes, given its communicator. */
export type Replica = (communicator: Communicator) => tf.Tensor;

/**
 * Runs several replicas in one process and returns their results, gradients included: each is run once to record
 * what it gives to its collectives, and once more with the answers that all replicas' gifts make.
 *
 * Holds for replicas whose gifts do not depend on earlier collectives' answers. Call it inside a tidy.
 */
export function replicate(replicas: readonly Replica[]): tf.Tensor[] {
  const size = replicas.length;
  const gifts = replicas.map((replica, rank) => {
    const given: tf.Tensor[] = [];
    const give = <T extends tf.Tensor>(tensor: T): T => {
      given.push(tf.keep(tf.clone(tensor)));
      // Of the shape that the answer will have.
      return tf.concat(Array(size).fill(tensor), 0) as T;
    };
    replica({ rank, size, allReduceMean: (tree) => tree, allGather: give });
    return given;
  });
  const results = replicas.map((replica, rank) => {
    let call = 0;
    const gather = <T extends tf.Tensor>(_: T): T => {
      const answer = tf.concat(
        gifts.map((given) => given[call] as tf.Tensor),
        0,
      );
      call++;
      return answer as T;
    };
    return replica({ rank, size, allReduceMean: (tree) => tree, allGather: gather });
  });
  // The tape keeps what its gradient needs; these clones were only for the second round.
  for (const tensor of gifts.flat()) tensor.dispose();
  return results;
}
