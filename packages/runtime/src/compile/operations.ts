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
 * memory than it. `deciding`: the inputs that decide for it by being there in bfloat16; a gradient comes in the type of what it is
 * by. `float32`: the inputs that are in float32 all the same. Their sums and statistics are float32 inside. Not for XLA, which
 * fuses the casts.
 */
export const staysInBfloat16: Readonly<
  Record<string, { readonly deciding: readonly number[]; readonly float32?: readonly number[] }>
> = {
  FusedBatchNormV3: { deciding: [0], float32: [1, 2, 3, 4] },
  FusedBatchNormGradV3: { deciding: [1], float32: [2, 3, 4, 5] },
  Relu: { deciding: [0] },
  ReluGrad: { deciding: [1] },
  Add: { deciding: [0, 1] },
  AddV2: { deciding: [0, 1] },
  MaxPool: { deciding: [0] },
  MaxPoolGrad: { deciding: [0, 1] },
  AvgPool: { deciding: [0] },
  Reshape: { deciding: [0] },
  Slice: { deciding: [0] },
  PadV2: { deciding: [0] },
  ConcatV2: { deciding: [0] },
};

/** Outputs that only the operation's gradient reads, and whose shape TensorFlow does not tell. */
export const unusedOutputs: Readonly<Record<string, readonly number[]>> = { FusedBatchNormV3: [5] };
