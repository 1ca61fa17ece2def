import type { HostTensor } from "@simclr/core";
import { toFileLayout, torchLayout } from "../kernel-layout.js";
import { batchNormEpsilon, convolutionPadding, type EncoderGraph, type GraphNode } from "./encoder-graph.js";
import { encodeOnnxModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "./onnx-messages.js";

/** With opset 17 every runtime of 2022 and later can run it; no operation here changed since. */
const opset = 17;

/**
 * An encoder as ONNX. Its input is `images`, `[batch, channels, height, width]` in [0, 1], of any size, its output `features`.
 * Batch norms are operations of their own, so that the numbers are the encoder's; runtimes fold them.
 *
 * @see https://onnx.ai/onnx/operators
 */
export function onnxFile(graph: EncoderGraph, variables: ReadonlyMap<string, HostTensor>): Uint8Array {
  const initializers: OnnxTensor[] = [];
  const tensor = (name: string, { shape, values }: HostTensor): string => {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    initializers.push({ name, dims: shape, dataType: 1, rawData });
    return name;
  };
  const variable = (path: string): string => {
    const found = variables.get(path) as HostTensor;
    return tensor(path, toFileLayout(found, torchLayout(path)));
  };
  const channelwise = (name: string, values: HostTensor["values"]): string =>
    tensor(name, { dtype: "float32", shape: [1, values.length, 1, 1], values });
  const bias = (path: string): string => channelwise(path, (variables.get(path) as HostTensor).values);
  const nodes = graph.nodes.flatMap((node) => onnxNodes(node, variable, bias, channelwise));
  return encodeOnnxModel({
    opset,
    nodes,
    initializers,
    input: { name: graph.input, shape: ["batch", graph.inputChannels, "height", "width"] },
    output: { name: "features", shape: ["batch", graph.featureSize] },
  });
}

const int = (name: string, i: number): OnnxAttribute => ({ name, type: "INT", i });
const ints = (name: string, ...values: number[]): OnnxAttribute => ({ name, type: "INTS", ints: values });

function onnxNodes(
  node: GraphNode,
  variable: (path: string) => string,
  bias: (path: string) => string,
  channelwise: (name: string, values: Float32Array) => string,
): OnnxNode[] {
  const { name, inputs } = node;
  const one = (opType: string, more: readonly string[] = [], ...attribute: OnnxAttribute[]): OnnxNode[] => [
    { name, opType, input: [...inputs, ...more], output: [name], attribute },
  ];
  switch (node.kind) {
    case "subtract":
    case "divide": {
      const operand = channelwise(`${name}/by`, Float32Array.from(node.values));
      return one(node.kind === "subtract" ? "Sub" : "Div", [operand]);
    }
    case "convolution": {
      const { size, stride } = node;
      const [before, after] = convolutionPadding(size);
      const pads = ints("pads", before, before, after, after);
      const shape = [ints("kernel_shape", size, size), ints("strides", stride, stride), pads];
      return one("Conv", [variable(node.kernel)], ...shape);
    }
    case "batchNorm": {
      const paths = [node.scale, node.offset, node.mean, node.variance];
      return one("BatchNormalization", paths.map(variable), { name: "epsilon", type: "FLOAT", f: batchNormEpsilon });
    }
    case "maxPool": {
      const window = [ints("kernel_shape", 3, 3), ints("strides", 2, 2)];
      const padding: OnnxAttribute =
        node.padding === "same"
          ? { name: "auto_pad", type: "STRING", s: new TextEncoder().encode("SAME_UPPER") }
          : ints("pads", 1, 1, 1, 1);
      return one("MaxPool", [], ...window, padding);
    }
    case "averagePool": {
      const { stride } = node;
      const window = [ints("kernel_shape", 2, 2), ints("strides", stride, stride), ints("pads", 0, 0, 1, 1)];
      // The reference's padding counts where there is a stride.
      return one("AveragePool", [], ...window, int("count_include_pad", stride === 1 ? 0 : 1));
    }
    case "mean":
      return one("ReduceMean", [], ints("axes", 2, 3), int("keepdims", node.keepsDimensions ? 1 : 0));
    case "split":
      return [
        { name, opType: "Split", input: inputs, output: [`${name}:0`, `${name}:1`], attribute: [int("axis", 1)] },
      ];
    case "bias":
      return one("Add", [bias(node.bias)]);
    case "relu":
    case "sigmoid":
    case "sum":
    case "difference":
    case "product":
      return one(elementwise[node.kind]);
  }
}

const elementwise = { relu: "Relu", sigmoid: "Sigmoid", sum: "Add", difference: "Sub", product: "Mul" } as const;
