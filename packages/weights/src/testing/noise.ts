import * as tf from "@tensorflow/tfjs-core";

/** The formula of scripts/reference_noise.py, from which it too computes every variable and image. */
export function noise(name: string, shape: readonly number[], scale = 1, shift = 0): tf.Tensor {
  const phase = ([...name].reduce((sum, c, k) => sum + (c.codePointAt(0) as number) * (k + 1), 0) % 1000) / 100;
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => {
    const hashed = Math.sin(12.9898 * i + phase) * 43758.5453;
    return shift + scale * (2 * (hashed - Math.floor(hashed)) - 1);
  });
  return tf.tensor(values, [...shape]);
}
