import type { HostTensor } from "@simclr/core";
import type { NamedFiles } from "../named-files.js";
import { graphDefNodes } from "./graph-def.js";
import { float, type GraphDefNode, shapeOf } from "./graph-def-node.js";
import type { EncoderGraph } from "./graph-node.js";

const shardBytes = 4 * 1024 * 1024;

/**
 * An encoder as `tf.loadGraphModel` reads it: `model.json`, a TensorFlow graph in JSON, and its numbers in files of at most 4 MiB, which
 * browsers cache one by one. Its input is `images`, `[batch, height, width, channels]` in [0, 1], its output `features`. Images may be of any
 * size, but for a vision transformer, whose own the input says.
 *
 * @param metadata what `tf.GraphModel.metadata` is
 * @see tensorflow/core/framework/graph.proto in its JSON form, where int64 is text and bytes are base64
 */
export function graphModelFiles(
  graph: EncoderGraph,
  variables: ReadonlyMap<string, HostTensor>,
  metadata?: Readonly<Record<string, number>>,
): NamedFiles {
  const weights = new Map<string, HostTensor>();
  const constant = (name: string, tensor: HostTensor): GraphDefNode => {
    weights.set(name, tensor);
    const dtype = tensor.dtype === "int32" ? "DT_INT32" : "DT_FLOAT";
    const value = { tensor: { dtype, tensorShape: shapeOf(tensor.shape) } };
    return { name, op: "Const", attr: { dtype: { type: dtype }, value } };
  };
  const value = (path: string) => variables.get(path) as HostTensor;
  const variable = (path: string, shape = value(path).shape) => constant(path, { ...value(path), shape });
  const nodes = graph.nodes.flatMap((node) => graphDefNodes(node, { constant, value, variable }));
  const { imageSize = -1 } = graph;
  const [images, features] = [
    [-1, imageSize, imageSize, graph.inputChannels],
    [-1, graph.featureSize],
  ];
  const placeholder = {
    name: graph.input,
    op: "Placeholder",
    attr: { dtype: float, shape: { shape: shapeOf(images) } },
  };
  const described = (name: string, shape: number[]) => ({
    [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: shapeOf(shape) },
  });
  const shards = shardsOf([...weights.values()]);
  const paths = shards.map((_, i) => `weights-${i + 1}-of-${shards.length}.bin`);
  const model = {
    format: "graph-model",
    generatedBy: "@simclr/weights",
    convertedBy: null,
    ...(metadata && { userDefinedMetadata: metadata }),
    signature: { inputs: described(graph.input, images), outputs: described("features", features) },
    modelTopology: { node: [placeholder, ...nodes], library: {}, versions: { producer: 1087 } },
    weightsManifest: [{ paths, weights: [...weights].map(([name, { dtype, shape }]) => ({ name, shape, dtype })) }],
  };
  return {
    "model.json": new TextEncoder().encode(JSON.stringify(model)),
    ...Object.fromEntries(shards.map((shard, i) => [paths[i] as string, shard])),
  };
}

function shardsOf(tensors: readonly HostTensor[]): Uint8Array[] {
  const all = new Uint8Array(tensors.reduce((sum, { values }) => sum + values.byteLength, 0));
  let offset = 0;
  for (const { values } of tensors) {
    all.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  const count = Math.ceil(all.length / shardBytes);
  return Array.from({ length: count }, (_, i) => all.slice(i * shardBytes, (i + 1) * shardBytes));
}
