import { toFileLayout } from "../kernel-layout.js";
import { layerNormEpsilon, type TransformerNode } from "./graph-node.js";
import { int, ints, type OnnxContext } from "./onnx-context.js";
import type { OnnxAttribute, OnnxNode } from "./onnx-messages.js";
import { tokenOffsets } from "./token-offsets.js";

/** The operations of vision transformers and ConvNeXts as ONNX has them, of images as NCHW. */
export function transformerOnnx(node: TransformerNode, context: OnnxContext): OnnxNode[] {
  const { name, inputs } = node;
  const { tensor, whole, variable, channelwise, value } = context;
  const [input] = inputs as [string];
  const made: OnnxNode[] = [];
  const add = (suffix: string, opType: string, input: readonly string[], ...attribute: OnnxAttribute[]): string => {
    const own = suffix === "" ? name : `${name}/${suffix}`;
    made.push({ name: own, opType, input, output: [own], attribute });
    return own;
  };
  const number = (suffix: string, one: number) =>
    tensor(`${name}/${suffix}`, { dtype: "float32", shape: [], values: Float32Array.of(one) });
  // 0 is the size that is there.
  const reshape = (suffix: string, from: string, ...shape: number[]) =>
    add(suffix, "Reshape", [from, whole(`${name}/${suffix || "whole"}/shape`, shape)]);
  const transpose = (suffix: string, from: string, ...order: number[]) =>
    add(suffix, "Transpose", [from], ints("perm", ...order));
  switch (node.kind) {
    case "patches": {
      const window = [ints("kernel_shape", node.size, node.size), ints("strides", node.size, node.size)];
      add("", "Conv", [input, variable(node.kernel)], ...window);
      return made;
    }
    case "depthwise": {
      const half = (node.size - 1) / 2;
      const window = [ints("kernel_shape", node.size, node.size), ints("pads", half, half, half, half)];
      add("", "Conv", [input, variable(node.kernel)], ...window, int("group", value(node.kernel).shape[2] as number));
      return made;
    }
    case "pointwise": {
      const kernel = toFileLayout(value(node.kernel), "OI");
      const name = tensor(node.kernel, { ...kernel, shape: [...kernel.shape, 1, 1] });
      add("", "Conv", [input, name], ints("kernel_shape", 1, 1));
      return made;
    }
    case "scale":
      add("", "Mul", [input, channelwise(node.by, value(node.by).values)]);
      return made;
    case "layerNorm": {
      const isImage = node.of === "image";
      const rows = isImage ? transpose("rows", input, 0, 2, 3, 1) : input;
      const attribute: OnnxAttribute[] = [int("axis", -1), { name: "epsilon", type: "FLOAT", f: layerNormEpsilon }];
      const variables = [variable(node.scale), variable(node.offset)];
      const normed = add(isImage ? "normed" : "", "LayerNormalization", [rows, ...variables], ...attribute);
      if (isImage) transpose("", normed, 0, 3, 1, 2);
      return made;
    }
    case "gelu": {
      const erf = add("erf", "Erf", [add("scaled", "Mul", [input, number("share", Math.SQRT1_2)])]);
      const twice = add("twice", "Add", [erf, number("one", 1)]);
      add("", "Mul", [add("half", "Mul", [input, number("byHalf", 0.5)]), twice]);
      return made;
    }
    case "tokens": {
      const rows = transpose("rows", reshape("columns", input, 0, node.width, node.patches), 0, 2, 1);
      const offsets = tensor(`${name}/offsets`, tokenOffsets(node, value));
      const isPadded = node.classToken !== undefined;
      const padded = () => add("padded", "Pad", [rows, whole(`${name}/padding`, [0, 1, 0, 0, 0, 0])]);
      add("", "Add", [isPadded ? padded() : rows, offsets]);
      return made;
    }
    case "dense": {
      const product = add("product", "MatMul", [input, tensor(node.kernel, value(node.kernel))]);
      add("", "Add", [product, variable(node.bias)]);
      return made;
    }
    case "attention": {
      const { headCount, tokens, width } = node;
      const channels = width / headCount;
      const parts = ["query", "key", "value"].map((part) => `${name}/${part}`);
      made.push({ name: `${name}/parts`, opType: "Split", input: [input], output: parts, attribute: [int("axis", 2)] });
      const heads = (part: string, ...order: number[]) =>
        transpose(
          `${part}/heads`,
          reshape(`${part}/apart`, `${name}/${part}`, 0, tokens, headCount, channels),
          ...order,
        );
      const query = add("scaled", "Mul", [heads("query", 0, 2, 1, 3), number("share", 1 / Math.sqrt(channels))]);
      const logits = add("logits", "MatMul", [query, heads("key", 0, 2, 3, 1)]);
      const weights = add("weights", "Softmax", [logits], int("axis", -1));
      const mixed = add("mixed", "MatMul", [weights, heads("value", 0, 2, 1, 3)]);
      reshape("", transpose("together", mixed, 0, 2, 1, 3), 0, tokens, width);
      return made;
    }
    case "firstToken": {
      const bounds = [whole(`${name}/begin`, [0]), whole(`${name}/end`, [1]), whole(`${name}/axis`, [1])];
      reshape("", add("token", "Slice", [input, ...bounds]), 0, node.width);
      return made;
    }
    case "tokenMean":
      add("", "ReduceMean", [input], ints("axes", 1), int("keepdims", 0));
      return made;
  }
}
