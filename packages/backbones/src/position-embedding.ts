import * as tf from "@tensorflow/tfjs-core";

const temperature = 10_000;

/**
 * Fixed positions of a grid of patches: a quarter of the channels each for the sine and cosine of the row, and of the column,
 *
 *     sin(row w), cos(row w), sin(column w), cos(column w)  with  w_i = 10000^(-i / (channels / 4))
 *
 * @param channels a multiple of 4
 * @returns `[1, rows * columns, channels]`, the patches in row-major order
 * @example
 * ```ts
 * import { sinCosPositions } from "@simclr/backbones";
 * console.log(sinCosPositions(14, 14, 384).shape); // [1, 196, 384]
 * ```
 * @see Chen, Xie and He 2021 (MoCo v3), `build_2d_sincos_position_embedding`. big_vision divides i by channels / 4 - 1
 */
export function sinCosPositions(rows: number, columns: number, channels: number): tf.Tensor3D {
  const quarter = channels / 4;
  const values = new Float32Array(rows * columns * channels);
  for (let patch = 0; patch < rows * columns; patch++) {
    for (let i = 0; i < quarter; i++) {
      const frequency = temperature ** (-i / quarter);
      const row = Math.floor(patch / columns) * frequency;
      const column = (patch % columns) * frequency;
      const waves = [Math.sin(row), Math.cos(row), Math.sin(column), Math.cos(column)];
      for (const [wave, value] of waves.entries()) values[patch * channels + wave * quarter + i] = value;
    }
  }
  return tf.tensor3d(values, [1, rows * columns, channels]);
}
