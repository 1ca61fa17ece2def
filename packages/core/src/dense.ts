import * as tf from "@tensorflow/tfjs-core";

/**
 * A fully connected layer, `x W + b`.
 *
 * @param x `[batch, inputs]`
 * @param kernel `[inputs, outputs]`
 * @param bias `[outputs]`, optional
 * @returns `[batch, outputs]`; borrows its arguments
 */
export function dense(x: tf.Tensor2D, kernel: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const product: tf.Tensor2D = tf.matMul(x, kernel);
    return bias ? tf.add<tf.Tensor2D>(product, bias) : product;
  });
}
