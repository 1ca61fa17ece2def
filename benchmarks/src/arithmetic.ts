import type { ProfiledOperation } from "@simclr/runtime";

export type ArithmeticKind = "convolutions" | "matrix products";

/** What an operation is, if it is a convolution, one's gradient, or a matrix product, under any of TensorFlow's names. */
export function arithmeticKind({ operation }: ProfiledOperation): ArithmeticKind | undefined {
  if (/Conv2D/.test(operation)) return "convolutions";
  return /MatMul/.test(operation) ? "matrix products" : undefined;
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/**
 * The additions and multiplications of a convolution, one's gradient or a matrix product, from its shapes: two for each element of the
 * convolution's result and of the kernel that one channel of it sees; two for each element of a product's result and of the axis
 * summed over. Gradients do as many as the convolution. Padding is counted: the kernels do not skip it.
 */
export function floatingPointOperations(profiled: ProfiledOperation): number {
  const { operation, inputShapes, outputShapes } = profiled;
  const images = inputShapes.filter(({ length }) => length === 4);
  const [output = []] = outputShapes;
  if (/Conv2DBackpropFilter/.test(operation)) return ofConvolution(profiled, images[1], output);
  if (/Conv2DBackpropInput/.test(operation)) return ofConvolution(profiled, images[1], images[0]);
  if (/Conv2D/.test(operation)) return ofConvolution(profiled, output, images[1]);
  const [a, b] = inputShapes;
  if (!a || !b || output.length < 2) throw shapesMissing(profiled);
  // Transposed or not, the summed axis is in both matrices, and the result has the two others.
  const inner = Math.sqrt((elements(a.slice(-2)) * elements(b.slice(-2))) / elements(output.slice(-2)));
  return 2 * elements(output) * inner;
}

/** `kernel` is height, width, channels in, channels out. */
function ofConvolution(
  profiled: ProfiledOperation,
  result: readonly number[] | undefined,
  kernel: readonly number[] | undefined,
): number {
  if (result?.length !== 4 || kernel?.length !== 4) throw shapesMissing(profiled);
  return 2 * elements(result) * elements(kernel.slice(0, 3));
}

function shapesMissing({ operation, inputShapes, outputShapes }: ProfiledOperation): Error {
  const shapes = [...inputShapes, ...outputShapes].map((shape) => `[${shape}]`).join(" ");
  return new Error(`The arithmetic of ${operation} cannot be counted from the shapes ${shapes}.`);
}
