import type { HostTensor } from "@simclr/core";

/** A convolution's kernel from PyTorch's order, `[out, in, height, width]`, to ours, `[height, width, in, out]`. */
export const fromTorchKernel = (tensor: HostTensor): HostTensor => transposed(tensor, [2, 3, 1, 0]);

/** The inverse of {@link fromTorchKernel}. */
export const toTorchKernel = (tensor: HostTensor): HostTensor => transposed(tensor, [3, 2, 0, 1]);

function transposed(
  { dtype, shape, values }: HostTensor,
  order: readonly [number, number, number, number],
): HostTensor {
  const strides = [0, 1, 2, 3].map((axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [sizes, steps] = [shape, strides].map((list) => order.map((axis) => list[axis] as number)) as [
    number[],
    number[],
  ];
  const [s0, s1, s2, s3] = sizes as [number, number, number, number];
  const [d0, d1, d2, d3] = steps as [number, number, number, number];
  const result = dtype === "int32" ? new Int32Array(values.length) : new Float32Array(values.length);
  let at = 0;
  for (let a = 0; a < s0; a++)
    for (let b = 0; b < s1; b++)
      for (let c = 0; c < s2; c++)
        for (let d = 0; d < s3; d++) result[at++] = values[a * d0 + b * d1 + c * d2 + d * d3] as number;
  return { dtype, shape: sizes, values: result };
}
