import type { Normalization } from "@simclr/backbones";

/**
 * One operation of an encoder in inference mode; its name is its output's. A split's two are `name:0` and `name:1`. Between operations are images,
 * `[batch, height, width, channels]` or as a format lays them out, and a transformer's rows, `[batch, tokens, width]`.
 */
export type GraphNode = { readonly name: string; readonly inputs: readonly string[] } & (
  | { readonly kind: "subtract" | "divide"; readonly values: readonly number[] }
  | { readonly kind: "convolution"; readonly kernel: string; readonly size: number; readonly stride: number }
  /** Of kernels that do not overlap, without padding. */
  | { readonly kind: "patches"; readonly kernel: string; readonly size: number }
  | { readonly kind: "depthwise"; readonly kernel: string; readonly size: number }
  /** A dense layer's kernel on every pixel. */
  | { readonly kind: "pointwise"; readonly kernel: string }
  | {
      readonly kind: "batchNorm";
      readonly scale: string;
      readonly offset: string;
      readonly mean: string;
      readonly variance: string;
    }
  /** Over channels. */
  | { readonly kind: "layerNorm"; readonly scale: string; readonly offset: string; readonly of: "image" | "rows" }
  | { readonly kind: "bias"; readonly bias: string }
  /** Of an image, channel by channel. */
  | { readonly kind: "scale"; readonly by: string }
  | { readonly kind: "maxPool"; readonly padding: "same" | "symmetric" }
  /** 2x2, as ResNet-D's shortcut. */
  | { readonly kind: "averagePool"; readonly stride: number }
  /** Over height and width. */
  | { readonly kind: "mean"; readonly keepsDimensions: boolean }
  /** The channels into two halves. */
  | { readonly kind: "split" }
  | TokensNode
  /** Over the last axis of rows. */
  | { readonly kind: "dense"; readonly kernel: string; readonly bias: string }
  /** Of rows of queries, keys and values side by side. */
  | { readonly kind: "attention"; readonly headCount: number; readonly tokens: number; readonly width: number }
  | { readonly kind: "firstToken"; readonly width: number }
  | { readonly kind: "tokenMean" }
  /** By the error function, exactly. */
  | { readonly kind: "gelu" }
  | { readonly kind: "relu" | "sigmoid" | "sum" | "difference" | "product" }
);

/** Operations that ResNets have none of. */
export type TransformerNode = Extract<
  GraphNode,
  {
    readonly kind:
      | "patches"
      | "depthwise"
      | "pointwise"
      | "layerNorm"
      | "scale"
      | "tokens"
      | "dense"
      | "attention"
      | "firstToken"
      | "tokenMean"
      | "gelu";
  }
>;

/** An image's patches as rows, a class token before them, and positions added. */
export interface TokensNode {
  readonly kind: "tokens";
  readonly patches: number;
  readonly width: number;
  readonly classToken?: string;
  /** Learned ones by their path; fixed ones, of the patches alone, as they are. */
  readonly positions: string | Float32Array;
}

export interface EncoderGraph {
  /** `[batch, height, width, channels]` in [0, 1]. */
  readonly input: "images";
  /** Height and width of the images, where the network takes one size alone. */
  readonly imageSize?: number;
  readonly inputChannels: number;
  /** In the order in which they can run; the last one is `features`. */
  readonly nodes: readonly GraphNode[];
  readonly featureSize: number;
}

/** Adds an operation and returns its name. */
export type AddNode = (node: GraphNode) => string;

/** `(images - mean) / deviation`, or the images. */
export function addNormalization(add: AddNode, images: string, normalization: "none" | Normalization): string {
  if (normalization === "none") return images;
  const { mean, deviation } = normalization;
  const centred = add({ kind: "subtract", name: "normalization/centred", inputs: [images], values: mean });
  return add({ kind: "divide", name: "normalization/scaled", inputs: [centred], values: deviation });
}

/** The paths of the variables that a graph reads. */
export function variablesOf({ nodes }: EncoderGraph): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case "convolution":
      case "patches":
      case "depthwise":
      case "pointwise":
        return [node.kernel];
      case "dense":
        return [node.kernel, node.bias];
      case "bias":
        return [node.bias];
      case "scale":
        return [node.by];
      case "layerNorm":
        return [node.scale, node.offset];
      case "batchNorm":
        return [node.scale, node.offset, node.mean, node.variance];
      case "tokens":
        return [node.classToken, node.positions].filter((path) => typeof path === "string");
      default:
        return [];
    }
  });
}

/** How many zeros a convolution has before and after its input on each side; the reference's and PyTorch's padding agree. */
export const convolutionPadding = (size: number): readonly [before: number, after: number] => {
  const before = Math.floor((size - 1) / 2);
  return [before, size - 1 - before];
};

export const batchNormEpsilon = 1e-5;
export const layerNormEpsilon = 1e-6;
