import type { HostTensor } from "@simclr/core";
import { unknownArchitecture } from "../errors.js";
import type { FoundEncoder, FoundTensor } from "./found-encoder.js";
import { byPath, layerVariables, type OrderedLayer } from "./ordered-layers.js";

const layer = /^(.*?)(conv2d|batch_normalization)(?:_(\d+))?\/(kernel|bias|gamma|beta|moving_mean|moving_variance)$/;

/**
 * The ResNet in a checkpoint of TensorFlow 1, which numbers layers of a kind as they are made: `base_model/conv2d/kernel`,
 * `base_model/conv2d_1/kernel`, ..., `base_model/batch_normalization/gamma`, ... With selective kernels there are convolutions without a
 * batch norm, and the numbers of both go apart. Of several scopes the one with most convolutions is the encoder.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @see google-research/simclr@383d414 resnet.py, `conv2d_fixed_padding`, `batch_norm_relu`, `sk_conv2d`, `se_layer`: layers
 *   without names of their own
 */
export function findSimclrV1Encoder(tensors: ReadonlyMap<string, HostTensor>): FoundEncoder {
  const names = [...tensors.keys()];
  const counts = new Map<string, number>();
  for (const name of names) {
    const [, scope, kind, , variable] = layer.exec(name) ?? [];
    if (scope !== undefined && kind === "conv2d" && variable === "kernel")
      counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  const [scope] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (scope === undefined) throw unknownArchitecture("none is named conv2d/kernel", names);
  const layers = { conv2d: new Map<number, MutableLayer>(), batch_normalization: new Map<number, MutableLayer>() };
  const unused: string[] = [];
  for (const [name, tensor] of tensors) {
    const match = layer.exec(name);
    if (match?.[1] !== scope) {
      unused.push(name);
      continue;
    }
    const [, , kind, number = 0, variable] = match;
    const ofKind = layers[kind as keyof typeof layers];
    const variables = ofKind.get(Number(number)) ?? {};
    ofKind.set(Number(number), variables);
    variables[layerVariables[variable as string] as string] = { name, tensor, layout: "as it is" };
  }
  // A scope that was entered twice counts on from where it was; the order is what matters.
  const inOrder = (ofKind: ReadonlyMap<number, OrderedLayer>) =>
    [...ofKind].sort(([a], [b]) => a - b).map(([, variables]) => variables);
  const ordered = { convolutions: inOrder(layers.conv2d), norms: inOrder(layers.batch_normalization) };
  return { kind: "resnet", found: byPath(ordered, names), unused, unexpected: [] };
}

type MutableLayer = Record<string, FoundTensor>;
