import type { ConvNextOptions, ResnetOptions, VitOptions } from "@simclr/backbones";
import type { Parameters } from "@simclr/core";
import { type EncoderOptions, type EncoderSpec, encoderOf } from "./encoder-kind.js";
import { foldLayerScales } from "./fold-layer-scales.js";
import { inferConvNext } from "./infer-convnext.js";
import { inferResnet } from "./infer-resnet.js";
import { inferVit } from "./infer-vit.js";
import type { NamedFiles } from "./named-files.js";
import { type ImportFormat, type ReadEncoder, readEncoderFile } from "./read-encoder-file.js";
import { fitPositions } from "./resize-positions.js";
import { uploadVariables } from "./upload-variables.js";

export interface ImportEncoderOptions {
  /** Default `"auto"`: told from the files' contents. */
  readonly format?: ImportFormat | "auto";
  /** PyTorch: what stands before the encoder's names, `"module.encoder_q."`. Default: found. */
  readonly prefix?: string;
  /**
   * What the tensors do not tell, or tell wrong: `{ normalization: imagenetNormalization }`, `{ variant: "simclr" }`, a vision transformer's
   * `{ headCount: 8 }`.
   */
  readonly spec?: Partial<ResnetOptions> | Partial<VitOptions> | Partial<ConvNextOptions>;
  /**
   * The side in pixels of the images that a vision transformer will be given, whose learned positions are interpolated to it where the file has them for
   * another. Default: the file's. Other networks take images of any size.
   */
  readonly imageSize?: number;
}

/** An encoder from a file. */
export interface ImportedEncoder {
  /** Rebuilds the backbone: `backboneFromSpec(spec)`, or by its kind `resnet(spec)`, `vit(spec)`, `convNext(spec)`. */
  readonly spec: EncoderSpec;
  /** Owned by the caller. */
  readonly params: Parameters;
  /** Batch statistics, owned by the caller. */
  readonly state: Parameters;
  readonly format: ImportFormat;
  /** The file's tensors that are no part of the encoder: classifiers, projection heads, an optimizer's. */
  readonly unused: readonly string[];
  /**
   * The side in pixels of the images that it learned from, where the file says it: exports of `simclr export` do. Of a vision transformer that of the
   * images that it takes.
   */
  readonly imageSize?: number;
}

/**
 * An encoder from other people's files, or our own: state dicts of PyTorch (torchvision, timm, lightly, solo-learn, VISSL, MoCo, DINO and
 * whoever has their names behind a prefix) as `.safetensors` or `torch.save` wrote them, checkpoints and SavedModels of
 * google-research/simclr in TensorFlow 1 and 2, checkpoints and exports of ours.
 *
 * The network, a ResNet, a vision transformer or a ConvNeXt, is told from the tensors. A ResNet of PyTorch becomes
 * `variant: "torchvision"`, whose outputs are equal to torchvision's. All get images as they are, so that one that was trained on
 * normalized images needs `spec.normalization`.
 *
 * A vision transformer's learned positions are interpolated to `imageSize`, as DeiT does it: bicubic, a = -0.75, centres aligned.
 *
 * @param file one file's bytes, or several by name: a TensorFlow checkpoint is two; borrowed
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED, SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @throws SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX
 * @throws SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH names what is missing, unexpected or of another shape
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT for a `spec` that the network has no such option of, and an `imageSize` that is no multiple of
 *   the patches'
 * @example
 * ```ts
 * import { imagenetNormalization, resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { exportEncoder, importEncoder } from "@simclr/weights";
 * const { spec, init } = resnet({ depth: 18, width: 1 / 16, variant: "torchvision" });
 * const { files } = await exportEncoder({ spec, ...init(randomKey(0)) }, { format: "torchvision" });
 * const encoder = importEncoder(files, { spec: { normalization: imagenetNormalization } });
 * console.log(encoder.format, encoder.spec.kind, Object.keys(encoder.params).length); // safetensors resnet 60
 * ```
 */
export function importEncoder(file: Uint8Array | NamedFiles, options: ImportEncoderOptions = {}): ImportedEncoder {
  const files: NamedFiles = file instanceof Uint8Array ? { "the file": file } : file;
  const read = readEncoderFile(files, options.format ?? "auto", options.prefix);
  const { kind, format } = read;
  const size = kind === "vit" && options.imageSize !== undefined ? { imageSize: options.imageSize } : {};
  const told = { ...size, ...options.spec };
  const { spec, variableShapes } = encoderOf({ ...ownOptions(read, told), ...told, kind });
  const fitted = spec.kind === "vit" ? fitPositions(foldLayerScales(read), spec) : read;
  const imageSize = spec.kind === "vit" ? spec.imageSize : read.imageSize;
  const variables = uploadVariables(fitted, variableShapes);
  return { spec, ...variables, format, unused: fitted.unused, ...(imageSize && { imageSize }) };
}

function ownOptions(read: ReadEncoder, told: object): EncoderOptions {
  if (read.spec) return read.spec as unknown as EncoderOptions;
  if (read.kind === "vit") return inferVit(read, told);
  if (read.kind === "convnext") return inferConvNext(read);
  return inferResnet(read, read.format === "torch" || read.format === "safetensors");
}
