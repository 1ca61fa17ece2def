import { unknownArchitecture } from "../errors.js";
import type { TrackableNode } from "../tensorflow/bundle-messages.js";
import type { TensorFlowCheckpoint } from "../tensorflow/read-checkpoint.js";
import type { FoundEncoder, FoundTensor } from "./found-encoder.js";
import { byPath, normVariables, type OrderedLayer } from "./ordered-layers.js";

/**
 * The ResNet in a checkpoint or SavedModel of TensorFlow 2, found by its objects and not by keys, which depend on what else
 * refers to a variable: the first object with the attributes `initial_conv_relu_max_pool` and `block_groups`.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @see google-research/simclr@383d414 tf2/resnet.py, `Resnet`, `BlockGroup`, `ResidualBlock`, `BottleneckBlock`
 */
export function findObjectGraphEncoder({ tensors, objects = [] }: TensorFlowCheckpoint): FoundEncoder {
  const names = [...tensors.keys()];
  const used = new Set<string>();
  const child = (node: TrackableNode | undefined, name: string): TrackableNode | undefined => {
    const edge = node?.children.find(({ localName }) => localName === name);
    return edge && objects[edge.nodeId];
  };
  const items = (node: TrackableNode | undefined): TrackableNode[] => {
    const numbered = (node?.children ?? []).filter(({ localName }) => /^\d+$/.test(localName));
    const sorted = numbered.sort((a, b) => Number(a.localName) - Number(b.localName));
    return sorted.flatMap(({ nodeId }) => objects[nodeId] ?? []);
  };
  const variable = (node: TrackableNode | undefined, name: string): FoundTensor | undefined => {
    const key = child(node, name)?.attributes.find((attribute) => attribute.name === "VARIABLE_VALUE")?.checkpointKey;
    const tensor = key === undefined ? undefined : tensors.get(key);
    if (key === undefined || !tensor) return undefined;
    used.add(key);
    return { name: key, tensor, layout: "as it is" };
  };
  const layersOf = (parts: readonly TrackableNode[]): OrderedLayer[] => {
    const layers: Record<string, FoundTensor | undefined>[] = [];
    for (const part of parts) {
      const [convolution, norm] = [child(part, "conv2d"), child(part, "bn")];
      if (convolution) layers.push({ kernel: variable(convolution, "kernel") });
      const last = layers.at(-1);
      if (norm && last) for (const [theirs, ours] of Object.entries(normVariables)) last[ours] = variable(norm, theirs);
    }
    return layers;
  };
  const resnet = objects.find((node) => child(node, "initial_conv_relu_max_pool") && child(node, "block_groups"));
  if (!resnet) throw unknownArchitecture("no object has a stem and groups of blocks", names);
  const ofBlock = (block: TrackableNode) => {
    const shortcut = child(block, "shortcut_layers") ?? child(block, "projection_layers");
    const main = child(block, "conv2d_bn_layers") ?? child(block, "conv_relu_dropblock_layers");
    return [...layersOf(items(shortcut)), ...layersOf(items(main))];
  };
  const blocks = items(child(resnet, "block_groups")).flatMap((group) => items(child(group, "layers")));
  const layers = [...layersOf(items(child(resnet, "initial_conv_relu_max_pool"))), ...blocks.flatMap(ofBlock)];
  const found = byPath(layers, names);
  return { found, unused: names.filter((name) => !used.has(name)), unexpected: [] };
}
