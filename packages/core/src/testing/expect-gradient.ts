import * as tf from "@tensorflow/tfjs-core";
import { expectClose } from "./expect-close.js";

/**
 * Compares a function's gradient with central finite differences, in every coordinate of every input.
 *
 * @param fn from tensors to a scalar, smooth at the inputs
 * @param step the difference's half width; float32 wants about 1e-2 for inputs of size 1
 */
export function expectGradient(
  fn: (...inputs: tf.Tensor[]) => tf.Scalar,
  inputs: tf.Tensor[],
  { step = 1e-2, absolute = 2e-3, relative = 2e-2 }: { step?: number; absolute?: number; relative?: number } = {},
): void {
  const gradients = tf.grads(fn)(inputs);
  inputs.forEach((input, which) => {
    const values = Float32Array.from(input.dataSync());
    const at = (index: number, shift: number) =>
      tf.tidy(() => {
        const moved = Float32Array.from(values);
        moved[index] = (moved[index] as number) + shift;
        const replaced = inputs.map((other, i) => (i === which ? tf.tensor(moved, input.shape) : other));
        return fn(...replaced).dataSync()[0] as number;
      });
    const numeric = values.map((_, index) => (at(index, step) - at(index, -step)) / (2 * step));
    expectClose(gradients[which] as tf.Tensor, numeric, { absolute, relative });
  });
  tf.dispose(gradients);
}
