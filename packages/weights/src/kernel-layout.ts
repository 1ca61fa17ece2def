import type { HostTensor } from "@simclr/core";

/**
 * How a file lays a variable out, beside ours. PyTorch's: `"OIHW"`, a convolution's kernel, ours being HWIO; `"C1HW"`, a depthwise one, ours
 * HWC1; `"OI"`, a dense layer's, ours IO, with or without two axes of one pixel behind; `"C11"`, one number a channel, with or without
 * two such axes, ours C.
 */
export type Layout = "as it is" | "OIHW" | "C1HW" | "OI" | "C11";

/** PyTorch's layout of a variable of ours, by its path. */
export function torchLayout(path: string): Layout {
  if (path.endsWith("/layerScale")) return "C11";
  if (!path.endsWith("/kernel")) return "as it is";
  if (path.endsWith("/depthwise/kernel")) return "C1HW";
  return /\/(attention\/(input|output)|dense\d)\/kernel$/.test(path) ? "OI" : "OIHW";
}

/** A file's shape in our layout; one that the layout does not have stays as it is. */
export function toOwnShape(shape: readonly number[], layout: Layout): readonly number[] {
  const [first = 0, second = 0, height = 1, width = 1] = shape;
  if (layout === "OIHW" && shape.length === 4) return [height, width, second, first];
  if (layout === "C1HW" && shape.length === 4) return [height, width, first, second];
  if (layout === "OI" && isPadded(shape, 2)) return [second, first];
  return layout === "C11" && isPadded(shape, 1) ? [first] : shape;
}

/** A shape of ours in a file's layout. */
export function toFileShape(shape: readonly number[], layout: Layout): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (layout === "OIHW") return [d, c, a, b];
  if (layout === "C1HW") return [c, d, a, b];
  if (layout === "OI") return [b, a];
  return layout === "C11" ? [a, 1, 1] : shape;
}

/** A file's tensor in our layout. */
export function toOwnLayout(tensor: HostTensor, layout: Layout): HostTensor {
  const shape = toOwnShape(tensor.shape, layout);
  if (layout === "as it is" || layout === "C11") return { ...tensor, shape };
  const [out = 1, input = 1, height = 1, width = 1] = tensor.shape;
  const sizes = layout === "C1HW" ? [1, out, height, width] : [out, input, height, width];
  return { ...transposed({ ...tensor, shape: sizes }, [2, 3, 1, 0]), shape };
}

/** A tensor of ours in a file's layout. */
export function toFileLayout(tensor: HostTensor, layout: Layout): HostTensor {
  const shape = toFileShape(tensor.shape, layout);
  if (layout === "as it is" || layout === "C11") return { ...tensor, shape };
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape;
  const sizes = { OI: [1, 1, a, b], C1HW: [a, b, d, c], OIHW: [a, b, c, d] }[layout];
  return { ...transposed({ ...tensor, shape: sizes }, [3, 2, 0, 1]), shape };
}

const isPadded = (shape: readonly number[], rank: number) =>
  shape.length === rank || (shape.length === rank + 2 && shape.slice(rank).every((size) => size === 1));

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
