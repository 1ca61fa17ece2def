import type { HostTensor } from "@simclr/core";
import { toFileLayout, torchLayout } from "../kernel-layout.js";
import { batchNormEpsilon, convolutionPadding, type EncoderGraph, type GraphNode } from "./graph-node.js";
import { int, ints, type OnnxContext } from "./onnx-context.js";
import { encodeOnnxModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "./onnx-messages.js";
import { transformerOnnx } from "./transformer-onnx.js";

/** With opset 17 every runtime of 2022 and later can run it; no operation here changed since. */
const opset = 17;

/**
 * An encoder as ONNX. Its input is `images`, `[batch, channels, height, width]` in [0, 1], its output `features`. Images may be of any size, but for a
 * vision transformer, whose own the input says.
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
  const value = (path: string) => variables.get(path) as HostTensor;
  const context: OnnxContext = {
    tensor,
    value,
    whole: (name, values) => {
      const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      initializers.push({ name, dims: [values.length], dataType: 7, rawData });
      return name;
    },
    variable: (path) => tensor(path, toFileLayout(value(path), torchLayout(path))),
    channelwise: (name, values) => tensor(name, { dtype: "float32", shape: [1, values.length, 1, 1], values }),
  };
  const nodes = graph.nodes.flatMap((node) => onnxNodes(node, context));
  const { imageSize: height = "height", imageSize: width = "width" } = graph;
  return encodeOnnxModel({
    opset,
    nodes,
    initializers,
    input: { name: graph.input, shape: ["batch", graph.inputChannels, height, width] },
    output: { name: "features", shape: ["batch", graph.featureSize] },
  });
}

function onnxNodes(node: GraphNode, context: OnnxContext): OnnxNode[] {
  const { name, inputs } = node;
  const { variable, channelwise, value } = context;
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
      return one("Add", [channelwise(node.bias, value(node.bias).values)]);
    case "relu":
    case "sigmoid":
    case "sum":
    case "difference":
    case "product":
      return one(elementwise[node.kind]);
    default:
      return transformerOnnx(node, context);
  }
}

const elementwise = { relu: "Relu", sigmoid: "Sigmoid", sum: "Add", difference: "Sub", product: "Mul" } as const;
