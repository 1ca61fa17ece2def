/**
 * The operations that run in bfloat16 where that precision is asked for: those whose arithmetic is convolutions and
 * matrix products. Everything else, sums and statistics above all, stays in float32.
 */
export const runsInBfloat16: ReadonlySet<string> = new Set([
  "Conv2D",
  "Conv2DBackpropInput",
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNative",
  "DepthwiseConv2dNativeBackpropInput",
  "DepthwiseConv2dNativeBackpropFilter",
  "Conv3D",
  "Conv3DBackpropInputV2",
  "Conv3DBackpropFilterV2",
  "MatMul",
  "BatchMatMul",
  "BatchMatMulV2",
  "Einsum",
]);

/** Outputs that only the operation's gradient reads, and whose shape TensorFlow does not tell. */
export const unusedOutputs: Readonly<Record<string, readonly number[]>> = { FusedBatchNormV3: [5] };
