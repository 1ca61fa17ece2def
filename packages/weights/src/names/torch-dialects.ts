import type { ResnetOptions } from "@simclr/backbones";
import type { EncoderKind } from "../encoder-kind.js";
import { authorsConvNextNames, timmConvNextNames, torchvisionConvNextNames } from "./convnext-names.js";
import { pathOfTorchName } from "./torch-names.js";
import { timmVitNames, torchvisionVitNames } from "./vit-names.js";

/** How a library of PyTorch's names a family's variables. */
export interface TorchDialect {
  readonly kind: EncoderKind;
  /** Names that tell it: behind one prefix all of them are there. */
  readonly anchors: readonly [string, ...string[]];
  /** Our path of a name behind the prefix; undefined where it is none of the network's variables. */
  pathOf(name: string): string | undefined;
  /** Names that lie inside of the encoder: one of them that has no path is an error, any other is left. */
  readonly inside: RegExp;
  readonly options?: Partial<ResnetOptions>;
}

const insideResnet = /^(conv\d|bn\d|layer\d|[0-7]\.)/;
const insideTimmVit =
  /^(patch_embed|cls_token|dist_token|reg_token|register_tokens|pos_embed|rope|norm_pre|blocks|norm|fc_norm)\b/;

/** torchvision's of every family, and whose else there are. */
export const torchDialects: readonly TorchDialect[] = [
  {
    kind: "resnet",
    anchors: ["conv1.weight", "layer1.0.conv1.weight"],
    pathOf: (name) => pathOfTorchName(name),
    inside: insideResnet,
  },
  {
    kind: "resnet",
    anchors: ["0.weight", "4.0.conv1.weight", "7.0.conv1.weight"],
    pathOf: (name) => pathOfTorchName(name, "with pooling"),
    inside: insideResnet,
  },
  {
    // The parts of lightly's ResNetGenerator, put one after the other, are without the ReLU of its stem, which is none of them.
    kind: "resnet",
    anchors: ["0.weight", "2.0.conv1.weight"],
    pathOf: (name) => pathOfTorchName(name, "without pooling"),
    inside: insideResnet,
    options: { stemActivation: "none" },
  },
  {
    kind: "vit",
    anchors: ["conv_proj.weight", "encoder.layers.encoder_layer_0.ln_1.weight"],
    pathOf: torchvisionVitNames.pathOf,
    inside: /^(conv_proj|class_token|encoder)\b/,
  },
  {
    kind: "vit",
    anchors: ["patch_embed.proj.weight", "blocks.0.attn.qkv.weight"],
    pathOf: timmVitNames.pathOf,
    inside: insideTimmVit,
  },
  {
    kind: "convnext",
    anchors: ["features.0.0.weight", "features.1.0.block.0.weight"],
    pathOf: torchvisionConvNextNames.pathOf,
    inside: /^(features|classifier\.0)\b/,
  },
  {
    kind: "convnext",
    anchors: ["downsample_layers.0.0.weight", "stages.0.0.dwconv.weight"],
    pathOf: authorsConvNextNames.pathOf,
    inside: /^(downsample_layers|stages|norm)\b/,
  },
  {
    kind: "convnext",
    anchors: ["stem.0.weight", "stages.0.blocks.0.conv_dw.weight"],
    pathOf: timmConvNextNames.pathOf,
    inside: /^(stem|stages|norm_pre|head\.norm)\b/,
  },
];
