import { assertShape, invalidArgument, normal, type RandomKey } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

export interface NegativeQueueOptions {
  /** How many keys it holds. MoCo takes 65536. */
  readonly size: number;
  /** Numbers in a key: the projection head's `outputSize`. */
  readonly featureSize: number;
}

/** A queue of keys as pure functions of a tensor `[size, featureSize]`, the newest key first. */
export interface NegativeQueue {
  /** Random directions, rows of length 1; owned by the caller. */
  init(key: RandomKey): tf.Tensor2D;
  /**
   * Puts keys in and drops as many of the oldest. Borrows its arguments.
   *
   * @param keys `[batch, featureSize]`, of length 1; no more than the queue holds
   * @throws SIMCLR_ERROR__CORE__SHAPE_MISMATCH, SIMCLR_ERROR__CORE__INVALID_ARGUMENT for more keys than it holds
   */
  enqueue(queue: tf.Tensor2D, keys: tf.Tensor2D): tf.Tensor2D;
}

/**
 * MoCo's queue of negatives: the keys of the last steps, first in, first out.
 *
 * MoCo writes into a ring and moves a pointer; this shifts, and holds the same keys with no position to remember. A batch
 * need not divide the size: MoCo refuses one that does not, lightly drops what is left of it.
 *
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for sizes that are not whole numbers above 0
 * @see He et al. 2020, "Momentum Contrast", section 3.1 and algorithm 1
 * @example
 * ```ts
 * import { randomKey } from "@simclr/core";
 * import { negativeQueue } from "@simclr/training/step";
 * import * as tf from "@tensorflow/tfjs-core";
 * const { init, enqueue } = negativeQueue({ size: 3, featureSize: 2 });
 * const queue = enqueue(init(randomKey(0)), tf.tensor2d([[1, 0], [0, 1]])); // both keys, and a random one
 * ```
 */
export function negativeQueue({ size, featureSize }: NegativeQueueOptions): NegativeQueue {
  for (const [name, value] of Object.entries({ size, featureSize })) {
    if (!(Number.isInteger(value) && value > 0)) throw invalidArgument(name, value, "a whole number above 0");
  }
  return {
    init: (key) =>
      tf.tidy(() => {
        const drawn = tf.tensor2d(Float32Array.from(normal(key, size * featureSize)), [size, featureSize]);
        return tf.div<tf.Tensor2D>(drawn, tf.norm(drawn, 2, 1, true));
      }),
    enqueue: (queue, keys) => {
      assertShape("queue", queue, [size, featureSize]);
      assertShape("keys", keys, ["batch", featureSize]);
      const count = keys.shape[0];
      if (count > size) {
        const remedy = "Make the queue longer than the batch; MoCo's holds 256 batches.";
        throw invalidArgument("keys", `${count} keys`, `at most ${size}, which the queue holds`, remedy);
      }
      return tf.tidy(() => tf.concat([keys, tf.slice(queue, [0, 0], [size - count, -1])]) as tf.Tensor2D);
    },
  };
}
