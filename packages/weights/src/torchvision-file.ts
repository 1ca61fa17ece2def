import { type ConvNextSpec, convNext, type VitSpec, vit } from "@simclr/backbones";
import { encodeSafetensors, type HostTensor, type Int64Tensor } from "@simclr/core";
import { type EncoderSpec, encoderOf } from "./encoder-kind.js";
import { notExportable } from "./errors.js";
import { fixedPositions } from "./graph/vit-graph.js";
import { toFileLayout, torchLayout } from "./kernel-layout.js";
import { torchvisionConvNextNames } from "./names/convnext-names.js";
import { replacedTorchName } from "./names/replaced-torch-names.js";
import { torchvisionVitNames } from "./names/vit-names.js";
import { resnetNotes } from "./torchvision-resnet-notes.js";

const classifiers = { resnet: "fc", vit: "heads.head", convnext: "classifier.2" };

function nameOf(path: string, spec: EncoderSpec): string | undefined {
  if (spec.kind === "resnet") return replacedTorchName(path, spec);
  return (spec.kind === "vit" ? torchvisionVitNames : torchvisionConvNextNames).nameOf(path);
}

/**
 * An encoder as a state dict of torchvision's network, in safetensors. Fixed positions of a vision transformer are written as the numbers that
 * they are.
 *
 * @param classCount classes of a classifier of zeros; 0: none
 * @throws SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE
 */
export function torchvisionFile(
  spec: EncoderSpec,
  variables: ReadonlyMap<string, HostTensor>,
  classCount: number,
): Uint8Array {
  const { variableShapes, featureSize } = encoderOf(spec);
  const classifier = classifiers[spec.kind];
  const expected = new Set(Object.keys({ ...variableShapes.params, ...variableShapes.state }));
  const tensors = new Map<string, HostTensor | Int64Tensor>();
  const nameless = [...expected].filter((path) => !variables.has(path));
  for (const [path, tensor] of variables) {
    const name = expected.has(path) ? nameOf(path, spec) : undefined;
    if (name === undefined) nameless.push(path);
    else tensors.set(name, toFileLayout(tensor, torchLayout(path)));
    if (!name?.endsWith(".running_mean")) continue;
    const batches = name.replace("running_mean", "num_batches_tracked");
    tensors.set(batches, { dtype: "int64", shape: [], values: BigInt64Array.of(0n) });
  }
  if (spec.kind === "vit" && spec.pool === "mean") nameless.push("classToken");
  if (nameless.length > 0) throw notExportable("torchvision", nameless, spec.kind);
  if (spec.kind === "vit" && spec.positions === "sincos") tensors.set("encoder.pos_embedding", positionsOf(spec));
  if (classCount > 0) {
    const zeros = (...shape: number[]): HostTensor => ({
      dtype: "float32",
      shape,
      values: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    });
    tensors.set(`${classifier}.weight`, zeros(classCount, featureSize)).set(`${classifier}.bias`, zeros(classCount));
  }
  return encodeSafetensors(tensors, { format: "pt" });
}

/** Fixed positions as torchvision's learned ones; the class token has none. */
function positionsOf({ imageSize, patchSize, width }: VitSpec): HostTensor {
  const grid = imageSize / patchSize;
  const values = new Float32Array((1 + grid ** 2) * width);
  values.set(fixedPositions(grid, width), width);
  return { dtype: "float32", shape: [1, 1 + grid ** 2, width], values };
}

/** What the reader of {@link torchvisionFile} has to do for a network that loads it strictly and computes the same. */
export function torchvisionNotes(spec: EncoderSpec): string[] {
  const before =
    spec.normalization === "none" ? [] : ["Normalize images before the network: torchvision's has none inside."];
  if (spec.kind === "vit") return [...before, ...vitNotes(spec)];
  return [...before, ...(spec.kind === "convnext" ? convNextNotes(spec) : resnetNotes(spec))];
}

function vitNotes({ width, depth, headCount, hiddenRatio, patchSize, imageSize, inputChannels }: VitSpec): string[] {
  const network = (spec: Pick<VitSpec, "width" | "depth" | "headCount" | "hiddenRatio">) =>
    [spec.width, spec.depth, spec.headCount, spec.hiddenRatio].join();
  const own = network({ width, depth, headCount, hiddenRatio });
  const isNamed = (["base", "large"] as const).some((size) => network(vit({ size }).spec) === own);
  const hidden = Math.round(width * hiddenRatio);
  const built = `image_size=${imageSize}, patch_size=${patchSize}, num_layers=${depth}, num_heads=${headCount}, hidden_dim=${width}, mlp_dim=${hidden}`;
  return [
    ...(isNamed && imageSize === 224 && (patchSize === 16 || patchSize === 32)
      ? []
      : [`Make the network by torchvision.models.VisionTransformer(${built}).`]),
    ...(inputChannels === 3 ? [] : [`Replace conv_proj by one of ${inputChannels} input channels.`]),
  ];
}

function convNextNotes({ depths, widths, patchSize, inputChannels }: ConvNextSpec): string[] {
  const blocks = (spec: Pick<ConvNextSpec, "depths" | "widths">) => [spec.depths, spec.widths].join();
  const own = blocks({ depths, widths });
  const isNamed = (["tiny", "small", "base", "large"] as const).some((size) => blocks(convNext({ size }).spec) === own);
  const settings = widths.map((width, i) => `CNBlockConfig(${width}, ${widths[i + 1] ?? "None"}, ${depths[i]})`);
  const stem = `a convolution of ${inputChannels} input channels with kernel and stride ${patchSize}`;
  return [
    ...(isNamed ? [] : [`Make the network by torchvision.models.ConvNeXt([${settings.join(", ")}]).`]),
    ...(patchSize === 4 && inputChannels === 3 ? [] : [`Replace features[0][0] by ${stem}.`]),
  ];
}
