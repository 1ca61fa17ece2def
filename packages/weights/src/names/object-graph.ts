import type { TrackableNode } from "../tensorflow/bundle-messages.js";
import type { TensorFlowCheckpoint } from "../tensorflow/read-checkpoint.js";
import type { FoundTensor } from "./found-encoder.js";
import { layerVariables, type OrderedLayer } from "./ordered-layers.js";

/** The objects of a checkpoint or SavedModel of TensorFlow 2, which know their variables whatever the keys are. */
export interface ObjectGraph {
  readonly nodes: readonly TrackableNode[];
  child(node: TrackableNode | undefined, name: string): TrackableNode | undefined;
  /** Those of a list, in order. */
  items(node: TrackableNode | undefined): TrackableNode[];
  /** The variables of a Keras layer, by our names of them. */
  variables(node: TrackableNode | undefined): OrderedLayer;
  /** Keys of the variables that were asked for. */
  readonly used: ReadonlySet<string>;
}

export function objectGraph({ tensors, objects = [] }: TensorFlowCheckpoint): ObjectGraph {
  const used = new Set<string>();
  const child: ObjectGraph["child"] = (node, name) => {
    const edge = node?.children.find(({ localName }) => localName === name);
    return edge && objects[edge.nodeId];
  };
  const variable = (node: TrackableNode | undefined, name: string): FoundTensor | undefined => {
    const key = child(node, name)?.attributes.find((attribute) => attribute.name === "VARIABLE_VALUE")?.checkpointKey;
    const tensor = key === undefined ? undefined : tensors.get(key);
    if (key === undefined || !tensor) return undefined;
    used.add(key);
    return { name: key, tensor, layout: "as it is" };
  };
  return {
    nodes: objects,
    child,
    items: (node) => {
      const numbered = (node?.children ?? []).filter(({ localName }) => /^\d+$/.test(localName));
      const sorted = numbered.sort((a, b) => Number(a.localName) - Number(b.localName));
      return sorted.flatMap(({ nodeId }) => objects[nodeId] ?? []);
    },
    variables: (node) =>
      Object.fromEntries(
        Object.entries(layerVariables).flatMap(([theirs, ours]) => {
          const found = variable(node, theirs);
          return found ? [[ours, found]] : [];
        }),
      ),
    used,
  };
}
