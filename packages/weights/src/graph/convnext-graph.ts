import type { ConvNextSpec } from "@simclr/backbones";
import { addNormalization, type EncoderGraph, type GraphNode } from "./graph-node.js";

const kernelSize = 7;

/** The operations of a ConvNeXt. */
export function convNextGraph(spec: ConvNextSpec): EncoderGraph {
  const nodes: GraphNode[] = [];
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  const biased = (path: string, input: string) =>
    add({ kind: "bias", name: `${path}/biased`, inputs: [input], bias: `${path}/bias` });
  const patches = (path: string, size: number, input: string) =>
    biased(path, add({ kind: "patches", name: path, inputs: [input], kernel: `${path}/kernel`, size }));
  const pointwise = (path: string, input: string) =>
    biased(path, add({ kind: "pointwise", name: path, inputs: [input], kernel: `${path}/kernel` }));
  const norm = (path: string, input: string) => {
    const variables = { scale: `${path}/scale`, offset: `${path}/offset` };
    return add({ kind: "layerNorm", name: path, inputs: [input], ...variables, of: "image" });
  };
  const block = (path: string, input: string) => {
    const depthwise = { kernel: `${path}/depthwise/kernel`, size: kernelSize };
    const spatial = add({ kind: "depthwise", name: `${path}/depthwise`, inputs: [input], ...depthwise });
    const expanded = pointwise(`${path}/dense1`, norm(`${path}/norm`, biased(`${path}/depthwise`, spatial)));
    const hidden = add({ kind: "gelu", name: `${path}/gelu`, inputs: [expanded] });
    const branch = pointwise(`${path}/dense2`, hidden);
    const scaled = add({ kind: "scale", name: `${path}/scaled`, inputs: [branch], by: `${path}/layerScale` });
    return add({ kind: "sum", name: `${path}/output`, inputs: [input, scaled] });
  };
  const images = addNormalization(add, "images", spec.normalization);
  let x = norm("stem/norm", patches("stem/patches", spec.patchSize, images));
  spec.depths.forEach((depth, index) => {
    const stage = `stage${index + 1}`;
    if (index > 0) x = patches(`${stage}/downsample/patches`, 2, norm(`${stage}/downsample/norm`, x));
    for (let number = 0; number < depth; number++) x = block(`${stage}/block${number}`, x);
  });
  const pooled = add({ kind: "mean", name: "pooled", inputs: [x], keepsDimensions: false });
  const last = { scale: "norm/scale", offset: "norm/offset", of: "rows" } as const;
  add({ kind: "layerNorm", name: "features", inputs: [pooled], ...last });
  return { input: "images", inputChannels: spec.inputChannels, nodes, featureSize: spec.widths.at(-1) as number };
}
