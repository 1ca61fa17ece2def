import * as tf from "@tensorflow/tfjs-core";

/** The same numbers in [-1, 1] everywhere. */
export function ramp<Rank extends tf.Rank>(shape: tf.ShapeMap[Rank], seed: number): tf.Tensor<Rank> {
  const length = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length }, (_, i) => ((i * 7919 + seed * 104729) % 2003) / 1001.5 - 1);
  return tf.tensor(values, shape);
}
