import type { HostTensor } from "@simclr/core";
import { unknownArchitecture } from "../errors.js";
import type { FoundEncoder, FoundTensor } from "./found-encoder.js";
import { byPath, normVariables, type OrderedLayer } from "./ordered-layers.js";

const convolution = /^(.*?)conv2d(?:_(\d+))?\/kernel$/;
const norm = /^(.*?)batch_normalization(?:_(\d+))?\/(gamma|beta|moving_mean|moving_variance)$/;

/**
 * The ResNet in a checkpoint of TensorFlow 1, which numbers layers as they are made: `base_model/conv2d/kernel`,
 * `base_model/conv2d_1/kernel`, ..., `base_model/batch_normalization/gamma`, ... Of several scopes the one with most
 * convolutions is the encoder.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @see google-research/simclr@383d414 resnet.py, `conv2d_fixed_padding`, `batch_norm_relu`: layers without names of their own
 */
export function findSimclrV1Encoder(tensors: ReadonlyMap<string, HostTensor>): FoundEncoder {
  const names = [...tensors.keys()];
  const counts = new Map<string, number>();
  for (const name of names) {
    const scope = convolution.exec(name)?.[1];
    if (scope !== undefined) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  const [scope] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (scope === undefined) throw unknownArchitecture("none is named conv2d/kernel", names);
  const layers = new Map<number, Record<string, FoundTensor>>();
  const unused: string[] = [];
  for (const [name, tensor] of tensors) {
    const match = convolution.exec(name) ?? norm.exec(name);
    if (match?.[1] !== scope) {
      unused.push(name);
      continue;
    }
    const number = Number(match[2] ?? 0);
    const layer = layers.get(number) ?? {};
    layers.set(number, layer);
    layer[normVariables[match[3] ?? ""] ?? "kernel"] = { name, tensor, layout: "as it is" };
  }
  // A scope that was entered twice counts on from where it was; the order is what matters.
  const kernels = [...layers].sort(([a], [b]) => a - b).map(([, layer]): OrderedLayer => layer);
  return { found: byPath(kernels, names), unused, unexpected: [] };
}
