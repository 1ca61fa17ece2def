import type { HostTensor } from "@simclr/core";
import type { FoundEncoder, FoundTensor } from "./names/found-encoder.js";

/**
 * A vision transformer whose branches are scaled channel by channel, as one of ours, which has no such scales: they go into the dense layer
 * before them.
 *
 *     gamma * (x W + b) = x (W diag(gamma)) + gamma * b
 *
 * Outputs are the same; trained further, the scales are no longer variables of their own.
 *
 * @see Touvron et al. 2021 (CaiT), LayerScale; DeiT III and DINOv2 have it
 */
export function foldLayerScales<Found extends FoundEncoder>(read: Found): Found {
  const found = new Map(read.found);
  for (const [path, scale] of read.found) {
    const [, block, branch] = /^(block\d+)\/layerScale([12])$/.exec(path) ?? [];
    if (block === undefined) continue;
    const layer = `${block}/${branch === "1" ? "attention/output" : "dense2"}`;
    const parts = [`${layer}/kernel`, `${layer}/bias`].map((part) => [part, found.get(part)] as const);
    const isWhole = parts.every(([, part]) => part?.tensor.shape[0] === scale.tensor.values.length);
    if (!isWhole) continue;
    for (const [part, own] of parts) found.set(part, scaled(own as FoundTensor, scale.tensor.values));
    found.delete(path);
  }
  return { ...read, found };
}

/** Every output's numbers, one after the other in PyTorch's layout, times its scale. */
function scaled(part: FoundTensor, scales: HostTensor["values"]): FoundTensor {
  const { shape, values } = part.tensor;
  const each = values.length / scales.length;
  const products = Float32Array.from(values, (value, i) => value * (scales[Math.floor(i / each)] as number));
  return { ...part, tensor: { dtype: "float32", shape, values: products } };
}
