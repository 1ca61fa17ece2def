import { unknownArchitecture } from "../errors.js";
import type { TrackableNode } from "../tensorflow/bundle-messages.js";
import type { TensorFlowCheckpoint } from "../tensorflow/read-checkpoint.js";
import type { FoundEncoder } from "./found-encoder.js";
import { objectGraph } from "./object-graph.js";
import { byPath, type OrderedLayer } from "./ordered-layers.js";

/**
 * The ResNet in a checkpoint or SavedModel of TensorFlow 2, found by its objects and not by keys, which depend on what else
 * refers to a variable: the first object with the attributes `initial_conv_relu_max_pool` and `block_groups`.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @see google-research/simclr@383d414 tf2/resnet.py, `Resnet`, `BlockGroup`, `ResidualBlock`, `BottleneckBlock`, `SK_Conv2D`,
 *   `SE_Layer`
 */
export function findObjectGraphEncoder(checkpoint: TensorFlowCheckpoint): FoundEncoder {
  const names = [...checkpoint.tensors.keys()];
  const { nodes, child, items, variables, used } = objectGraph(checkpoint);
  const convolutions: OrderedLayer[] = [];
  const norms: OrderedLayer[] = [];
  const add = (part: TrackableNode | undefined): void => {
    if (!part) return;
    const own = variables(child(part, "conv2d") ?? child(part, "bn") ?? part);
    if (own.kernel) convolutions.push(own);
    else if (own.scale) norms.push(own);
    // Of a selective kernel and of a gate, in the order of running.
    for (const name of [...selectiveKernelParts, ...gateParts]) add(child(part, name));
  };
  const resnet = nodes.find((node) => child(node, "initial_conv_relu_max_pool") && child(node, "block_groups"));
  if (!resnet) throw unknownArchitecture("no object has a stem and groups of blocks", names);
  items(child(resnet, "initial_conv_relu_max_pool")).forEach(add);
  for (const group of items(child(resnet, "block_groups"))) {
    for (const block of items(child(group, "layers"))) {
      items(child(block, "shortcut_layers") ?? child(block, "projection_layers")).forEach(add);
      items(child(block, "conv2d_bn_layers") ?? child(block, "conv_relu_dropblock_layers")).forEach(add);
      add(child(block, "se_layer"));
    }
  }
  const found = byPath({ convolutions, norms }, names);
  return { kind: "resnet", found, unused: names.filter((name) => !used.has(name)), unexpected: [] };
}

const selectiveKernelParts = ["conv2d_fixed_padding", "batch_norm_relu", "conv2d_0", "batch_norm_relu_1", "conv2d_1"];
const gateParts = ["se_reduce", "se_expand"];
