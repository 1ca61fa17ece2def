import * as tf from "@tensorflow/tfjs-core";
import { flattenTree, mapTree, type TensorTree } from "./tree.js";

/** What a compiled function is compiled to. A backend without a compiler ignores all of it. */
export interface CompileOptions {
  /** A name for error messages, profiles and caches. Default: the function's own name. */
  readonly name?: string;
  /** Whether XLA fuses the whole recording into one program. Default: where that is faster, which the compiler knows. */
  readonly xla?: boolean;
  /** The precision of convolutions and matrix products; parameters and results stay float32. Default: `"float32"`. */
  readonly precision?: "float32" | "bfloat16";
}

/** A function from trees of tensors to a tree of tensors. It borrows its arguments; the caller owns what it returns. */
export type TensorFunction<Arguments extends readonly TensorTree[], Result extends TensorTree> = (
  ...trees: Arguments
) => Result;

export interface Compiled<Arguments extends readonly TensorTree[], Result extends TensorTree> {
  (...trees: Arguments): Result;
  /** The same call, off the JavaScript thread where the backend can: the event loop stays free. */
  async(...trees: Arguments): Promise<Result>;
  /** Frees the recordings. The function cannot be called afterwards. */
  dispose(): void;
}

/**
 * The compile seam: `@simclr/runtime` has one that records the function and runs it as one. Whatever takes a
 * `Compile` runs with {@link eager} on every backend of TensorFlow.js.
 *
 * The function must be pure: numbers that change from call to call are tensors among its arguments, and it reads no
 * tensor's values.
 */
export type Compile = <Arguments extends readonly TensorTree[], Result extends TensorTree>(
  fn: TensorFunction<Arguments, Result>,
  options?: CompileOptions,
) => Compiled<Arguments, Result>;

/**
 * The compile of backends without one: runs the function as it is, inside one tidy.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { eager } from "@simclr/core";
 * const square = eager((x: tf.Tensor) => tf.mul(x, x));
 * const nine = square(tf.scalar(3));
 * ```
 */
export const eager: Compile = <Arguments extends readonly TensorTree[], Result extends TensorTree>(
  fn: TensorFunction<Arguments, Result>,
): Compiled<Arguments, Result> => {
  const run = (...trees: Arguments): Result => {
    // An argument that is returned as it came is cloned: the caller owns the result, and may free the argument.
    const borrowed = new Set(flattenTree(trees).map(([, tensor]) => tensor));
    const owned = () => mapTree(fn(...trees), (tensor) => (borrowed.has(tensor) ? tf.clone(tensor) : tensor));
    return tf.tidy(() => owned() as Result & tf.TensorContainer) as Result;
  };
  return Object.assign(run, { async: async (...trees: Arguments) => run(...trees), dispose: () => {} });
};
