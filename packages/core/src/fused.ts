import * as tf from "@tensorflow/tfjs-core";

/** What a backend has that can make programs of parts of a recording. */
interface FusingBackend {
  canFuse?(): boolean;
  fused?<T extends tf.Tensor>(fn: () => T): T;
}

/**
 * Runs a function that is mostly elementwise arithmetic, and asks the compiler to make one program of it: memory is passed over
 * once for many operations. Where {@link canFuse} says no it is a tidy.
 *
 * @param fn pure, of the tensors that it closes over
 * @returns what fn returns; the caller owns it
 * @example
 * ```ts
 * import { fused } from "@simclr/core";
 * import * as tf from "@tensorflow/tfjs-core";
 * const x = tf.linspace(0, 1, 5);
 * const contrast = fused(() => tf.clipByValue(tf.sub(tf.mul(x, 2), tf.mean(x)), 0, 1));
 * ```
 */
export function fused<T extends tf.Tensor>(fn: () => T): T {
  const backend = tf.backend() as FusingBackend;
  return backend.fused && canFuse() ? backend.fused(fn) : tf.tidy(fn);
}

/**
 * Whether {@link fused} makes programs here: in a recording of `compile` of `@simclr/runtime` that is not one program as a whole.
 * For what is faster in many small operations that fuse, and otherwise in a few large ones.
 *
 * @example
 * ```ts
 * import { canFuse } from "@simclr/core";
 * console.log(canFuse()); // false
 * ```
 */
export function canFuse(): boolean {
  return (tf.backend() as FusingBackend).canFuse?.() ?? false;
}
