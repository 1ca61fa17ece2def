import * as tf from "@tensorflow/tfjs-core";

/** x Phi(x), Phi the normal distribution function by erf: exact, not the approximation by tanh (Hendrycks and Gimpel 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T);
}
