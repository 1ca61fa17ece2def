import type { EncoderSpec } from "../encoder-kind.js";
import { convNextGraph } from "./convnext-graph.js";
import type { EncoderGraph } from "./graph-node.js";
import { resnetGraph } from "./resnet-graph.js";
import { vitGraph } from "./vit-graph.js";

/** The operations of an encoder in inference mode, written out: what formats of graphs are made from. */
export function encoderGraph(spec: EncoderSpec): EncoderGraph {
  if (spec.kind === "vit") return vitGraph(spec);
  return spec.kind === "convnext" ? convNextGraph(spec) : resnetGraph(spec);
}
