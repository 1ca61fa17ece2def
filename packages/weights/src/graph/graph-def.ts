import { common, float, type GraphDefContext, type GraphDefNode, ints, text } from "./graph-def-node.js";
import { batchNormEpsilon, convolutionPadding, type GraphNode } from "./graph-node.js";
import { transformerGraphDef } from "./transformer-graph-def.js";

/** An operation of a graph in TensorFlow's own terms; its last node has its name. */
export function graphDefNodes(node: GraphNode, context: GraphDefContext): GraphDefNode[] {
  const { name, inputs } = node;
  const { constant, variable } = context;
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
      return [...paths.map((path) => variable(path)), one("FusedBatchNormV3", attr, ...paths)];
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
    default:
      return transformerGraphDef(node, context);
  }
}

const elementwise = { relu: "Relu", sigmoid: "Sigmoid", sum: "AddV2", difference: "Sub", product: "Mul" } as const;
