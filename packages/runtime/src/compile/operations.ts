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

/**
 * Operations that stay in bfloat16 between those: without them every convolution would be surrounded by casts that move more
 * memory than it. Of their inputs those that are in the operation's type, and those that decide for it by being there in
 * bfloat16: a gradient comes in the type of what it is by. Their sums and statistics are float32 inside. Not for XLA, which fuses
 * the casts.
 */
export const staysInBfloat16: Readonly<
  Record<string, { readonly typed: readonly number[]; readonly deciding: readonly number[] }>
> = {
  FusedBatchNormV3: { typed: [0], deciding: [0] },
  FusedBatchNormGradV3: { typed: [0, 1], deciding: [1] },
  Relu: { typed: [0], deciding: [0] },
  ReluGrad: { typed: [0, 1], deciding: [1] },
  Add: { typed: [0, 1], deciding: [0, 1] },
  AddV2: { typed: [0, 1], deciding: [0, 1] },
  MaxPool: { typed: [0], deciding: [0] },
  MaxPoolGrad: { typed: [0, 1, 2], deciding: [0, 1] },
  AvgPool: { typed: [0], deciding: [0] },
  Reshape: { typed: [0], deciding: [0] },
  Slice: { typed: [0], deciding: [0] },
};

/** Outputs that only the operation's gradient reads, and whose shape TensorFlow does not tell. */
export const unusedOutputs: Readonly<Record<string, readonly number[]>> = { FusedBatchNormV3: [5] };
