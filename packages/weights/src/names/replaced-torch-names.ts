import type { ResnetSpec } from "@simclr/backbones";
import { torchName } from "./torch-names.js";

/**
 * What a path is called in torchvision's ResNet after the replacements that it needs for what it does not have: ResNet-D's stem as a Sequential in
 * `conv1`, a selective kernel's mixture before `conv3` and a gate behind a block's last norm, each in a Sequential with it.
 */
export function replacedTorchName(path: string, spec: ResnetSpec): string | undefined {
  const [layer, variable] = split(path);
  const inner = innerName(layer, spec);
  if (inner === undefined) return torchName(path);
  const leaf = leaves[variable];
  return leaf && `${inner}.${leaf}`;
}

/** The module of a layer that a replacement holds or moves. */
function innerName(layer: string, spec: ResnetSpec): string | undefined {
  if (spec.stem === "imagenet" && spec.resnetD) {
    const inStem = deepStem[layer];
    if (inStem !== undefined) return inStem;
  }
  const [, group, block, part = ""] = /^group(\d)\/block(\d+)\/(.+)$/.exec(layer) ?? [];
  const at = `layer${group}.${block}`;
  const last = spec.depth >= 50 ? 3 : 2;
  if (spec.squeezeExcite > 0) {
    if (part === `norm${last}`) return `${at}.bn${last}.0`;
    const gate = { "squeezeExcite/reduce": "fc1", "squeezeExcite/expand": "fc2" }[part];
    if (gate !== undefined) return `${at}.bn${last}.1.${gate}`;
  }
  if (spec.selectiveKernels > 0 && spec.depth >= 50) {
    if (part === "conv3") return `${at}.conv3.1`;
    const mixture = { "selection/conv1": "conv1", "selection/norm1": "bn1", "selection/conv2": "conv2" }[part];
    if (mixture !== undefined) return `${at}.conv3.0.${mixture}`;
  }
  return undefined;
}

const split = (path: string) => {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash), path.slice(slash + 1)] as const;
};

const deepStem: Readonly<Record<string, string>> = {
  "stem/conv1": "conv1.0",
  "stem/norm1": "conv1.1",
  "stem/conv2": "conv1.3",
  "stem/norm2": "conv1.4",
  "stem/conv3": "conv1.6",
  "stem/norm3": "bn1",
};

const leaves: Readonly<Record<string, string>> = {
  kernel: "weight",
  bias: "bias",
  scale: "weight",
  offset: "bias",
  mean: "running_mean",
  variance: "running_var",
};
