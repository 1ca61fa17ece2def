import type { HostTensor } from "@simclr/core";
import type { NamedFiles } from "../named-files.js";
import { batchNormEpsilon, convolutionPadding, type EncoderGraph, type GraphNode } from "./encoder-graph.js";

const shardBytes = 4 * 1024 * 1024;

interface GraphDefNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

/**
 * An encoder as `tf.loadGraphModel` reads it: `model.json`, a TensorFlow graph in JSON, and its numbers in files of at most 4 MiB, which
 * browsers cache one by one. Its input is `images`, `[batch, height, width, channels]` in [0, 1], its output `features`.
 *
 * @param metadata what `tf.GraphModel.metadata` is
 * @see tensorflow/core/framework/graph.proto in its JSON form, where int64 is text and bytes are base64
 */
export function graphModelFiles(
  graph: EncoderGraph,
  variables: ReadonlyMap<string, HostTensor>,
  metadata?: Readonly<Record<string, number>>,
): NamedFiles {
  const weights = new Map<string, HostTensor>();
  const constant = (name: string, tensor: HostTensor): GraphDefNode => {
    weights.set(name, tensor);
    const dtype = tensor.dtype === "int32" ? "DT_INT32" : "DT_FLOAT";
    const value = { tensor: { dtype, tensorShape: shapeOf(tensor.shape) } };
    return { name, op: "Const", attr: { dtype: { type: dtype }, value } };
  };
  const variable = (path: string) => constant(path, variables.get(path) as HostTensor);
  const nodes = graph.nodes.flatMap((node) => graphDefNodes(node, variable, constant));
  const [images, features] = [
    [-1, -1, -1, graph.inputChannels],
    [-1, graph.featureSize],
  ];
  const placeholder = {
    name: graph.input,
    op: "Placeholder",
    attr: { dtype: float, shape: { shape: shapeOf(images) } },
  };
  const described = (name: string, shape: number[]) => ({
    [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: shapeOf(shape) },
  });
  const shards = shardsOf([...weights.values()]);
  const paths = shards.map((_, i) => `weights-${i + 1}-of-${shards.length}.bin`);
  const model = {
    format: "graph-model",
    generatedBy: "@simclr/weights",
    convertedBy: null,
    ...(metadata && { userDefinedMetadata: metadata }),
    signature: { inputs: described(graph.input, images), outputs: described("features", features) },
    modelTopology: { node: [placeholder, ...nodes], library: {}, versions: { producer: 1087 } },
    weightsManifest: [{ paths, weights: [...weights].map(([name, { dtype, shape }]) => ({ name, shape, dtype })) }],
  };
  return {
    "model.json": new TextEncoder().encode(JSON.stringify(model)),
    ...Object.fromEntries(shards.map((shard, i) => [paths[i] as string, shard])),
  };
}

const float = { type: "DT_FLOAT" };
const text = (value: string) => ({ s: btoa(value) });
const ints = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const shapeOf = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
const common = { T: float, data_format: text("NHWC") };

type Constant = (name: string, tensor: HostTensor) => GraphDefNode;

function graphDefNodes(node: GraphNode, variable: (path: string) => GraphDefNode, constant: Constant): GraphDefNode[] {
  const { name, inputs } = node;
  const one = (op: string, attr: object, ...more: string[]) => ({
    name,
    op,
    input: [...inputs, ...more],
    attr: { T: float, ...attr },
  });
  const padded = (before: number, after: number): GraphDefNode[] => {
    const values = Int32Array.of(0, 0, before, after, before, after, 0, 0);
    const attr = { T: float, Tpaddings: { type: "DT_INT32" } };
    const padding = constant(`${name}/padding`, { dtype: "int32", shape: [4, 2], values });
    return [padding, { name: `${name}/padded`, op: "Pad", input: [...inputs, padding.name], attr }];
  };
  const axes = (...values: number[]) => {
    const shape = values.length === 1 ? [] : [values.length];
    return constant(`${name}/axes`, { dtype: "int32", shape, values: Int32Array.from(values) });
  };
  switch (node.kind) {
    case "subtract":
    case "divide": {
      const { values } = node;
      const operand = constant(`${name}/by`, {
        dtype: "float32",
        shape: [values.length],
        values: Float32Array.from(values),
      });
      return [operand, one(node.kind === "subtract" ? "Sub" : "RealDiv", {}, operand.name)];
    }
    case "convolution": {
      const { size, stride } = node;
      const isPadded = stride > 1 && size > 1;
      const padding = text(stride === 1 ? "SAME" : "VALID");
      const attr = { ...common, strides: ints([1, stride, stride, 1]), dilations: ints([1, 1, 1, 1]), padding };
      const convolution = one("Conv2D", attr, node.kernel);
      if (!isPadded) return [variable(node.kernel), convolution];
      const input = [`${name}/padded`, node.kernel];
      return [variable(node.kernel), ...padded(...convolutionPadding(size)), { ...convolution, input }];
    }
    case "batchNorm": {
      const { scale, offset, mean, variance } = node;
      const paths = [scale, offset, mean, variance];
      const attr = { ...common, U: float, epsilon: { f: batchNormEpsilon }, is_training: { b: false } };
      return [...paths.map(variable), one("FusedBatchNormV3", attr, ...paths)];
    }
    case "maxPool": {
      const window = { ...common, ksize: ints([1, 3, 3, 1]), strides: ints([1, 2, 2, 1]) };
      if (node.padding === "same") return [one("MaxPool", { ...window, padding: text("SAME") })];
      // What comes from a ReLU is never below the zeros.
      return [...padded(1, 1), { ...one("MaxPool", { ...window, padding: text("VALID") }), input: [`${name}/padded`] }];
    }
    case "averagePool": {
      const { stride } = node;
      const window = { ...common, ksize: ints([1, 2, 2, 1]), strides: ints([1, stride, stride, 1]) };
      // TensorFlow's SAME leaves its padding out of the average; with a stride the zeros count.
      if (stride === 1) return [one("AvgPool", { ...window, padding: text("SAME") })];
      const pool = { ...one("AvgPool", { ...window, padding: text("VALID") }), input: [`${name}/padded`] };
      return [...padded(0, 1), pool];
    }
    case "mean": {
      const over = axes(1, 2);
      return [over, one("Mean", { Tidx: { type: "DT_INT32" }, keep_dims: { b: node.keepsDimensions } }, over.name)];
    }
    case "split": {
      const axis = axes(3);
      return [axis, { ...one("Split", { num_split: { i: "2" } }), input: [axis.name, ...inputs] }];
    }
    case "bias":
      return [variable(node.bias), one("BiasAdd", common, node.bias)];
    case "relu":
    case "sigmoid":
    case "sum":
    case "difference":
    case "product":
      return [one(elementwise[node.kind], {})];
  }
}

const elementwise = { relu: "Relu", sigmoid: "Sigmoid", sum: "AddV2", difference: "Sub", product: "Mul" } as const;

function shardsOf(tensors: readonly HostTensor[]): Uint8Array[] {
  const all = new Uint8Array(tensors.reduce((sum, { values }) => sum + values.byteLength, 0));
  let offset = 0;
  for (const { values } of tensors) {
    all.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  const count = Math.ceil(all.length / shardBytes);
  return Array.from({ length: count }, (_, i) => all.slice(i * shardBytes, (i + 1) * shardBytes));
}
