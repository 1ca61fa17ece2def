import { sinCosPositions, type VitSpec } from "@simclr/backbones";
import * as tf from "@tensorflow/tfjs-core";
import { addNormalization, type EncoderGraph, type GraphNode } from "./graph-node.js";

/** The operations of a vision transformer, whose images are of one size. */
export function vitGraph(spec: VitSpec): EncoderGraph {
  const { width, depth, headCount, patchSize, imageSize, pool, inputChannels } = spec;
  const grid = imageSize / patchSize;
  const hasClassToken = pool === "class";
  const tokens = grid ** 2 + (hasClassToken ? 1 : 0);
  const nodes: GraphNode[] = [];
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  const dense = (path: string, input: string) =>
    add({ kind: "dense", name: path, inputs: [input], kernel: `${path}/kernel`, bias: `${path}/bias` });
  const norm = (path: string, input: string) => {
    const variables = { scale: `${path}/scale`, offset: `${path}/offset` };
    return add({ kind: "layerNorm", name: path, inputs: [input], ...variables, of: "rows" });
  };
  const block = (path: string, input: string) => {
    const qkv = dense(`${path}/attention/input`, norm(`${path}/norm1`, input));
    const heads = { headCount, tokens, width };
    const mixed = add({ kind: "attention", name: `${path}/attention/mixed`, inputs: [qkv], ...heads });
    const attended = [input, dense(`${path}/attention/output`, mixed)];
    const middle = add({ kind: "sum", name: `${path}/middle`, inputs: attended });
    const expanded = dense(`${path}/dense1`, norm(`${path}/norm2`, middle));
    const hidden = add({ kind: "gelu", name: `${path}/gelu`, inputs: [expanded] });
    return add({ kind: "sum", name: `${path}/output`, inputs: [middle, dense(`${path}/dense2`, hidden)] });
  };
  const images = addNormalization(add, "images", spec.normalization);
  const patches = add({
    kind: "patches",
    name: "patches",
    inputs: [images],
    kernel: "patches/kernel",
    size: patchSize,
  });
  const biased = add({ kind: "bias", name: "patches/biased", inputs: [patches], bias: "patches/bias" });
  let x = add({
    kind: "tokens",
    name: "embedding",
    inputs: [biased],
    patches: grid ** 2,
    width,
    ...(hasClassToken && { classToken: "classToken" }),
    positions: spec.positions === "learned" ? "positions" : fixedPositions(grid, width),
  });
  for (let number = 0; number < depth; number++) x = block(`block${number}`, x);
  const last = norm("norm", x);
  if (hasClassToken) add({ kind: "firstToken", name: "features", inputs: [last], width });
  else add({ kind: "tokenMean", name: "features", inputs: [last] });
  return { input: "images", imageSize, inputChannels, nodes, featureSize: width };
}

/** `[grid * grid * width]`, the numbers of fixed positions in row-major order */
export function fixedPositions(grid: number, width: number): Float32Array {
  return tf.tidy(() => Float32Array.from(sinCosPositions(grid, grid, width).dataSync()));
}
