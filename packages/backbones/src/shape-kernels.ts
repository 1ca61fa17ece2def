import * as tf from "@tensorflow/tfjs-core";

type Shape = readonly number[];
/** biome-ignore lint/suspicious/noExplicitAny: attributes differ by kernel; TensorFlow.js types them no closer. */
type Attributes = any;
/** The shapes of a kernel's results from those of its inputs, and how often it multiplies and adds. */
export interface ShapeRule {
  (inputs: readonly Shape[], attributes: Attributes): readonly Shape[];
  readonly multiplyAccumulates?: (inputs: readonly Shape[], output: Shape, attributes: Attributes) => number;
}

const size = (shape: Shape) => tf.util.sizeFromShape([...shape]);
const axesOf = (axis: number | number[], shape: Shape) => tf.util.parseAxisParam(axis, [...shape]);

const same: ShapeRule = ([x]) => [x as Shape];
const broadcast: ShapeRule = ([a, b]) => [
  tf.broadcast_util.assertAndGetBroadcastShape([...(a as Shape)], [...(b as Shape)]),
];
const reduce: ShapeRule = ([x], { axis, keepDims }) => {
  const axes = axesOf(axis ?? null, x as Shape);
  const kept = (x as Shape).map((length, i) => (axes.includes(i) ? 1 : length));
  return [keepDims ? kept : kept.filter((_, i) => !axes.includes(i))];
};
const pool: ShapeRule = ([x], { filterSize, strides, pad, dimRoundingMode }) => [
  tf.backend_util.computePool2DInfo(x as Four, filterSize, strides, 1, pad, dimRoundingMode).outShape,
];
type Four = [number, number, number, number];

const convolve =
  (depthwise: boolean): ShapeRule =>
  ([x, filter], { strides, pad, dilations, dimRoundingMode }) => [
    tf.backend_util.computeConv2DInfo(
      x as Four,
      filter as Four,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      depthwise,
    ).outShape,
  ];
const conv2d = Object.assign(convolve(false), {
  multiplyAccumulates: ([, filter]: readonly Shape[], output: Shape) =>
    size(output) * size((filter as Shape).slice(0, 3)),
});
const depthwise = Object.assign(convolve(true), {
  multiplyAccumulates: ([, filter]: readonly Shape[], output: Shape) =>
    size(output) * size((filter as Shape).slice(0, 2)),
});
const matMul = Object.assign(
  (([a, b], { transposeA, transposeB }) => {
    const [left, right] = [a as Shape, b as Shape];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(left.slice(0, -2), right.slice(0, -2));
    return [[...batch, left.at(transposeA ? -1 : -2) as number, right.at(transposeB ? -2 : -1) as number]];
  }) satisfies ShapeRule,
  {
    multiplyAccumulates: ([a]: readonly Shape[], output: Shape, { transposeA }: Attributes) =>
      size(output) * ((a as Shape).at(transposeA ? -2 : -1) as number),
  },
);
const pad: ShapeRule = ([x], { paddings }) => [
  (x as Shape).map((length, i) => length + paddings[i][0] + paddings[i][1]),
];
const concat: ShapeRule = (inputs, { axis }) => {
  const [at] = axesOf(axis, inputs[0] as Shape) as [number];
  return [
    tf.backend_util.computeOutShape(
      inputs.map((shape) => [...shape]),
      at,
    ),
  ];
};
const slice: ShapeRule = ([x], { begin, size: sizes }) => [
  tf.slice_util.parseSliceParams({ shape: x } as unknown as tf.Tensor, begin, sizes)[1] as number[],
];
const splitAlong: ShapeRule = ([x], { numOrSizeSplits, axis }) => {
  const [at] = axesOf(axis, x as Shape) as [number];
  const lengths = tf.backend_util.prepareSplitSize({ shape: x } as unknown as tf.Tensor, numOrSizeSplits, at);
  return lengths.map((length) => (x as Shape).map((whole, i) => (i === at ? length : whole)));
};
/** @simclr/runtime's batch norm: output, mean, variance, and what its gradient needs of the batch. */
const batchNorm: ShapeRule = ([x, scale]) => [x, scale, scale, scale, scale, [0]] as Shape[];

const unary = [
  tf.Abs,
  tf.Cast,
  tf.ClipByValue,
  tf.Cos,
  tf.Elu,
  tf.Erf,
  tf.Exp,
  tf.Expm1,
  tf.Floor,
  tf.LeakyRelu,
  tf.Log,
];
const moreUnary = [tf.Log1p, tf.LogSoftmax, tf.Neg, tf.OnesLike, tf.Reciprocal, tf.Relu, tf.Relu6, tf.Round, tf.Rsqrt];
const evenMoreUnary = [
  tf.Selu,
  tf.Sigmoid,
  tf.Sign,
  tf.Sin,
  tf.Softmax,
  tf.Softplus,
  tf.Sqrt,
  tf.Square,
  tf.Step,
  tf.Tanh,
  tf.ZerosLike,
];
const binary = [
  tf.Add,
  tf.FloorDiv,
  tf.Maximum,
  tf.Minimum,
  tf.Mod,
  tf.Multiply,
  tf.Pow,
  tf.Prelu,
  tf.RealDiv,
  tf.SquaredDifference,
  tf.Sub,
];
const comparisons = [
  tf.Equal,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
  tf.NotEqual,
];
const all = (names: readonly string[], rule: ShapeRule) => names.map((name) => [name, rule] as const);

/** The operations that backbones are made of. Identity and Reshape, which share their input's memory, are the backend's. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map<string, ShapeRule>([
  ...all([...unary, ...moreUnary, ...evenMoreUnary], same),
  ...all([...binary, ...comparisons], broadcast),
  ...all([tf.Max, tf.Mean, tf.Min, tf.Prod, tf.Sum], reduce),
  ...all([tf.AvgPool, tf.MaxPool], pool),
  ...all([tf.MirrorPad, tf.PadV2], pad),
  [tf.AddN, same],
  [tf.BatchMatMul, matMul],
  [tf.BroadcastTo, (_, { shape }) => [shape]],
  [tf.Concat, concat],
  [tf.Conv2D, conv2d],
  [tf.DepthwiseConv2dNative, depthwise],
  [tf.Fill, (_, { shape }) => [shape]],
  [tf.FusedBatchNorm, same],
  ["FusedBatchNormV3", batchNorm],
  [tf.ResizeBilinear, ([x], { size: [height, width] }) => [[x?.[0] as number, height, width, x?.[3] as number]]],
  [tf.Slice, slice],
  [tf.SplitV, splitAlong],
  [tf.Tile, ([x], { reps }) => [(x as Shape).map((length, i) => length * reps[i])]],
  [tf.Transpose, ([x], { perm }) => [perm.map((axis: number) => (x as Shape)[axis])]],
]);
