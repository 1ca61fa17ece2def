import type { TensorTree } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";

/** `tf.tidy` for trees of tensors: frees all that `fn` made on the way to what it returns. */
export function tidied<Tree extends TensorTree | readonly TensorTree[]>(fn: () => Tree): Tree {
  return tf.tidy(() => fn() as unknown as tf.TensorContainer) as unknown as Tree;
}
