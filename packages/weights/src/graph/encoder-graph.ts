import { type ConvolutionNorm, type ResnetSpec, resnetArchitecture } from "@simclr/backbones";

/** One operation of an encoder in inference mode; its name is its output's. */
export type GraphNode = { readonly name: string; readonly inputs: readonly string[] } & (
  | { readonly kind: "subtract" | "divide"; readonly values: readonly number[] }
  | { readonly kind: "convolution"; readonly kernel: string; readonly size: number; readonly stride: number }
  | {
      readonly kind: "batchNorm";
      readonly scale: string;
      readonly offset: string;
      readonly mean: string;
      readonly variance: string;
    }
  | { readonly kind: "maxPool"; readonly padding: "same" | "symmetric" }
  | { readonly kind: "relu" | "add" | "mean" }
);

export interface EncoderGraph {
  /** `[batch, height, width, channels]` in [0, 1]. */
  readonly input: "images";
  readonly inputChannels: number;
  /** In the order in which they can run; the last one is `features`. */
  readonly nodes: readonly GraphNode[];
  readonly featureSize: number;
}

/** The operations of a ResNet in inference mode, written out: what formats of graphs are made from. */
export function encoderGraph(spec: ResnetSpec): EncoderGraph {
  const { stem, stemPooling, groups, featureSize } = resnetArchitecture(spec);
  const nodes: GraphNode[] = [];
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  const layer = ({ path, number, kernelSize: size, stride, relu }: ConvolutionNorm, input: string): string => {
    const [conv, norm] = [`${path}/conv${number}`, `${path}/norm${number}`];
    const convolved = add({ kind: "convolution", name: conv, inputs: [input], kernel: `${conv}/kernel`, size, stride });
    const of = { scale: `${norm}/scale`, offset: `${norm}/offset`, mean: `${norm}/mean`, variance: `${norm}/variance` };
    const normed = add({ kind: "batchNorm", name: norm, inputs: [convolved], ...of });
    return relu ? add({ kind: "relu", name: `${path}/relu${number}`, inputs: [normed] }) : normed;
  };
  let x = "images";
  if (spec.normalization !== "none") {
    const { mean, deviation } = spec.normalization;
    x = add({ kind: "subtract", name: "normalization/centred", inputs: [x], values: mean });
    x = add({ kind: "divide", name: "normalization/scaled", inputs: [x], values: deviation });
  }
  x = layer(stem, x);
  if (stemPooling !== "none") x = add({ kind: "maxPool", name: "stem/pool", inputs: [x], padding: stemPooling });
  for (const { main, shortcut } of groups.flat()) {
    const path = (main[0] as ConvolutionNorm).path;
    const side = shortcut ? layer(shortcut, x) : x;
    const y = main.reduce((input, part) => layer(part, input), x);
    const sum = add({ kind: "add", name: `${path}/sum`, inputs: [y, side] });
    x = add({ kind: "relu", name: `${path}/output`, inputs: [sum] });
  }
  add({ kind: "mean", name: "features", inputs: [x] });
  return { input: "images", inputChannels: spec.inputChannels, nodes, featureSize };
}

/** The paths of the variables that a graph reads. */
export function variablesOf({ nodes }: EncoderGraph): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === "convolution") return [node.kernel];
    if (node.kind === "batchNorm") return [node.scale, node.offset, node.mean, node.variance];
    return [];
  });
}

/** How many zeros a convolution has before and after its input on each side; the reference's and PyTorch's padding agree. */
export const convolutionPadding = (size: number): readonly [before: number, after: number] => {
  const before = Math.floor((size - 1) / 2);
  return [before, size - 1 - before];
};

export const batchNormEpsilon = 1e-5;
