import type { HostTensor } from "@simclr/core";
import { common, float, type GraphDefContext, type GraphDefNode, ints, text } from "./graph-def-node.js";
import { layerNormEpsilon, type TransformerNode } from "./graph-node.js";
import { tokenOffsets } from "./token-offsets.js";

/** The operations of vision transformers and ConvNeXts in TensorFlow's terms, of images as NHWC. */
export function transformerGraphDef(node: TransformerNode, context: GraphDefContext): GraphDefNode[] {
  const { name, inputs } = node;
  const { constant, value, variable } = context;
  const [input] = inputs as [string];
  const made: GraphDefNode[] = [];
  const add = (suffix: string, op: string, input: readonly string[], attr: object = {}): string => {
    const own = suffix === "" ? name : `${name}/${suffix}`;
    made.push({ name: own, op, input, attr: { T: float, ...attr } });
    return own;
  };
  const held = (constantNode: GraphDefNode): string => {
    made.push(constantNode);
    return constantNode.name;
  };
  const whole = (suffix: string, ...numbers: number[]) =>
    held(constant(`${name}/${suffix}`, { dtype: "int32", shape: [numbers.length], values: Int32Array.from(numbers) }));
  const number = (suffix: string, one: number) =>
    held(constant(`${name}/${suffix}`, { dtype: "float32", shape: [], values: Float32Array.of(one) }));
  const reshape = (suffix: string, from: string, ...shape: number[]) =>
    add(suffix, "Reshape", [from, whole(`${suffix || "whole"}/shape`, ...shape)], { Tshape: int });
  const transpose = (suffix: string, from: string, ...order: number[]) =>
    add(suffix, "Transpose", [from, whole(`${suffix}/order`, ...order)], { Tperm: int });
  const mean = (suffix: string, from: string, keepsDimensions: boolean, axis: number) =>
    add(suffix, "Mean", [from, whole(`${suffix || "whole"}/axes`, axis)], {
      Tidx: int,
      keep_dims: { b: keepsDimensions },
    });
  const convolution = (op: string, stride: number, padding: string, kernel: GraphDefNode) => {
    const window = { strides: ints([1, stride, stride, 1]), dilations: ints([1, 1, 1, 1]) };
    add("", op, [input, held(kernel)], { ...common, ...window, padding: text(padding) });
  };
  switch (node.kind) {
    case "patches":
      convolution("Conv2D", node.size, "VALID", variable(node.kernel));
      return made;
    case "depthwise":
      convolution("DepthwiseConv2dNative", 1, "SAME", variable(node.kernel));
      return made;
    case "pointwise":
      convolution("Conv2D", 1, "SAME", variable(node.kernel, [1, 1, ...value(node.kernel).shape]));
      return made;
    case "scale":
      add("", "Mul", [input, held(variable(node.by))]);
      return made;
    case "layerNorm": {
      const centred = add("centred", "Sub", [input, mean("mean", input, true, -1)]);
      const variance = mean("variance", add("squared", "Square", [centred]), true, -1);
      const raised = add("raised", "AddV2", [variance, number("epsilon", layerNormEpsilon)]);
      const normalized = add("normalized", "Mul", [centred, add("inverse", "Rsqrt", [raised])]);
      const scaled = add("scaled", "Mul", [normalized, held(variable(node.scale))]);
      add("", "AddV2", [scaled, held(variable(node.offset))]);
      return made;
    }
    case "gelu": {
      const erf = add("erf", "Erf", [add("scaled", "Mul", [input, number("share", Math.SQRT1_2)])]);
      const twice = add("twice", "AddV2", [erf, number("one", 1)]);
      add("", "Mul", [add("half", "Mul", [input, number("byHalf", 0.5)]), twice]);
      return made;
    }
    case "tokens": {
      const rows = reshape("rows", input, -1, node.patches, node.width);
      const offsets = held(constant(`${name}/offsets`, tokenOffsets(node, value)));
      const isPadded = node.classToken !== undefined;
      add("", "AddV2", [isPadded ? add("padded", "Pad", [rows, held(constant(`${name}/padding`, before))], { Tpaddings: int }) : rows, offsets]); // biome-ignore format: one line
      return made;
    }
    case "dense": {
      const product = add("product", "BatchMatMulV2", [input, held(variable(node.kernel))], adjoint(false));
      add("", "AddV2", [product, held(variable(node.bias))]);
      return made;
    }
    case "attention": {
      const { headCount, tokens, width } = node;
      const channels = width / headCount;
      const axis = held(constant(`${name}/axis`, { dtype: "int32", shape: [], values: Int32Array.of(2) }));
      const parts = add("parts", "Split", [axis, input], { num_split: { i: "3" } });
      const heads = (part: string, index: number) => {
        const apart = reshape(`${part}/apart`, `${parts}:${index}`, -1, tokens, headCount, channels);
        return transpose(part, apart, 0, 2, 1, 3);
      };
      const query = add("scaled", "Mul", [heads("query", 0), number("share", 1 / Math.sqrt(channels))]);
      const logits = add("logits", "BatchMatMulV2", [query, heads("key", 1)], adjoint(true));
      const weights = add("weights", "Softmax", [logits]);
      const mixed = add("mixed", "BatchMatMulV2", [weights, heads("value", 2)], adjoint(false));
      reshape("", transpose("together", mixed, 0, 2, 1, 3), -1, tokens, width);
      return made;
    }
    case "firstToken": {
      const bounds = [whole("begin", 0, 0, 0), whole("size", -1, 1, -1)];
      reshape("", add("token", "Slice", [input, ...bounds], { Index: int }), -1, node.width);
      return made;
    }
    case "tokenMean":
      mean("", input, false, 1);
      return made;
  }
}

const int = { type: "DT_INT32" };
const adjoint = (second: boolean) => ({ adj_x: { b: false }, adj_y: { b: second } });

/** One row of zeros before the patches'. */
const before: HostTensor = { dtype: "int32", shape: [3, 2], values: Int32Array.of(0, 0, 1, 0, 0, 0) };
