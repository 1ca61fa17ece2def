import {
  type ConvolutionNorm,
  type ResnetSpec,
  resnetArchitecture,
  type SelectiveKernel,
  type SqueezeExcite,
} from "@simclr/backbones";
import { addNormalization, type EncoderGraph, type GraphNode } from "./graph-node.js";

/** The operations of a ResNet in inference mode, written out: what formats of graphs are made from. */
export function resnetGraph(spec: ResnetSpec): EncoderGraph {
  const { stem, stemPooling, groups, featureSize } = resnetArchitecture(spec);
  const nodes: GraphNode[] = [];
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  const convolution = (name: string, input: string, size: number, stride: number) =>
    add({ kind: "convolution", name, inputs: [input], kernel: `${name}/kernel`, size, stride });
  const layer = ({ path, number, kernelSize: size, stride, relu }: ConvolutionNorm, input: string): string => {
    const norm = `${path}/norm${number}`;
    const convolved = convolution(`${path}/conv${number}`, input, size, stride);
    const of = { scale: `${norm}/scale`, offset: `${norm}/offset`, mean: `${norm}/mean`, variance: `${norm}/variance` };
    const normed = add({ kind: "batchNorm", name: norm, inputs: [convolved], ...of });
    return relu ? add({ kind: "relu", name: `${path}/relu${number}`, inputs: [normed] }) : normed;
  };
  const selectiveKernel = ({ streams, squeeze, mixing }: SelectiveKernel, input: string): string => {
    const at = (name: string) => `${squeeze.path}/${name}`;
    const halves = (name: string, whole: string) => {
      const split = add({ kind: "split", name: at(name), inputs: [whole] });
      return [`${split}:0`, `${split}:1`] as const;
    };
    const [first, second] = halves("streams", layer(streams, input));
    const sum = add({ kind: "sum", name: at("sum"), inputs: [first, second] });
    const pooled = add({ kind: "mean", name: at("pooled"), inputs: [sum], keepsDimensions: true });
    const mixed = convolution(mixing.replace(/\/kernel$/, ""), layer(squeeze, pooled), 1, 1);
    const logits = halves("logits", mixed);
    const apart = add({ kind: "difference", name: at("logitDifference"), inputs: logits });
    const share = add({ kind: "sigmoid", name: at("share"), inputs: [apart] });
    const difference = add({ kind: "difference", name: at("difference"), inputs: [first, second] });
    const part = add({ kind: "product", name: at("part"), inputs: [share, difference] });
    return add({ kind: "sum", name: at("output"), inputs: [second, part] });
  };
  const squeezeExcite = ({ path }: SqueezeExcite, input: string): string => {
    const dense = (name: string, from: string) => {
      const convolved = convolution(`${path}/${name}`, from, 1, 1);
      return add({ kind: "bias", name: `${path}/${name}/biased`, inputs: [convolved], bias: `${path}/${name}/bias` });
    };
    const pooled = add({ kind: "mean", name: `${path}/pooled`, inputs: [input], keepsDimensions: true });
    const squeezed = add({ kind: "relu", name: `${path}/relu`, inputs: [dense("reduce", pooled)] });
    const gate = add({ kind: "sigmoid", name: `${path}/gate`, inputs: [dense("expand", squeezed)] });
    return add({ kind: "product", name: `${path}/output`, inputs: [gate, input] });
  };
  let x = addNormalization(add, "images", spec.normalization);
  for (const part of stem) x = layer(part, x);
  if (stemPooling !== "none") x = add({ kind: "maxPool", name: "stem/pool", inputs: [x], padding: stemPooling });
  for (const { path, main, excite, shortcut, shortcutPoolStride: stride } of groups.flat()) {
    const pooled = stride ? add({ kind: "averagePool", name: `${path}/shortcut/pool`, inputs: [x], stride }) : x;
    const side = shortcut ? layer(shortcut, pooled) : x;
    let y = x;
    for (const part of main) y = "streams" in part ? selectiveKernel(part, y) : layer(part, y);
    if (excite) y = squeezeExcite(excite, y);
    const sum = add({ kind: "sum", name: `${path}/sum`, inputs: [y, side] });
    x = add({ kind: "relu", name: `${path}/output`, inputs: [sum] });
  }
  add({ kind: "mean", name: "features", inputs: [x], keepsDimensions: false });
  return { input: "images", inputChannels: spec.inputChannels, nodes, featureSize };
}
