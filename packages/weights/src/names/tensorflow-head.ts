import type { TensorFlowCheckpoint } from "../tensorflow/read-checkpoint.js";
import type { FoundTensor } from "./found-encoder.js";
import { objectGraph } from "./object-graph.js";
import { layerVariables, type OrderedLayer } from "./ordered-layers.js";

const numbered =
  /(?:^|\/)head_contrastive\/n?l_(\d+)\/(dense|batch_normalization)\/(kernel|bias|gamma|beta|moving_mean|moving_variance)$/;

/**
 * The projection head in a checkpoint of google-research/simclr, by our paths; nothing where there is none. TensorFlow 1 names its layers
 * `head_contrastive/nl_0/dense/kernel`, `head_contrastive/nl_0/batch_normalization/gamma`, and `l_0` where it is the only one;
 * in TensorFlow 2 it is the object with `linear_layers`, each with `dense` and `bn_relu`.
 *
 * @see google-research/simclr@383d414 model_util.py, `projection_head`, `linear_layer`; tf2/model.py, `ProjectionHead`, `LinearLayer`
 */
export function findTensorFlowHead(checkpoint: TensorFlowCheckpoint): ReadonlyMap<string, FoundTensor> {
  return checkpoint.objects ? ofObjects(checkpoint) : ofNames(checkpoint);
}

function ofNames({ tensors }: TensorFlowCheckpoint): ReadonlyMap<string, FoundTensor> {
  const found = new Map<string, FoundTensor>();
  for (const [name, tensor] of tensors) {
    const [, layer, kind, variable] = numbered.exec(name) ?? [];
    if (kind === undefined) continue;
    const ours = `${kind === "dense" ? "dense" : "norm"}${Number(layer) + 1}/${layerVariables[variable as string]}`;
    found.set(ours, { name, tensor, layout: "as it is" });
  }
  return found;
}

function ofObjects(checkpoint: TensorFlowCheckpoint): ReadonlyMap<string, FoundTensor> {
  const { nodes, child, items, variables } = objectGraph(checkpoint);
  const found = new Map<string, FoundTensor>();
  const head = nodes.find((node) => child(items(child(node, "linear_layers"))[0], "dense"));
  items(child(head, "linear_layers")).forEach((layer, index) => {
    const put = (name: string, own: OrderedLayer) => {
      for (const [variable, tensor] of Object.entries(own))
        if (tensor) found.set(`${name}${index + 1}/${variable}`, tensor);
    };
    put("dense", variables(child(layer, "dense")));
    put("norm", variables(child(child(layer, "bn_relu"), "bn")));
  });
  return found;
}
