import * as tf from "@tensorflow/tfjs-core";

/**
 * ResNet-D's 2x2 average pooling before a projection shortcut, as the reference pads it.
 *
 * With stride 1, the last row and column are averages of what there is, without the padding: the same as with the edge
 * repeated, which every backend has the same gradient of. With stride 2 and an odd size, the row of zeros that is put
 * after the image counts.
 *
 * @returns `[batch, ceil(height / stride), ceil(width / stride), channels]`
 * @see google-research/simclr@383d414 resnet.py, `bottleneck_block`; He et al. 2019, figure 2c
 */
export function averagePoolShortcut(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const padded = stride === 1 ? withEdge(withEdge(x, 1), 2) : tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]); // biome-ignore format: one pair per axis
  return tf.avgPool(padded, 2, stride, "valid");
}

function withEdge(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const begin: [number, number, number, number] = [0, 0, 0, 0];
  const size = [...x.shape] as [number, number, number, number];
  begin[axis] = size[axis] - 1;
  size[axis] = 1;
  return tf.concat([x, tf.slice(x, begin, size)], axis);
}
