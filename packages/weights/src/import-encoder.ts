import { type ResnetOptions, type ResnetSpec, resnetShapes, resnetSpec } from "@simclr/backbones";
import type { ModelSpec, Parameters } from "@simclr/core";
import { unknownArchitecture } from "./errors.js";
import { inferResnet } from "./infer-resnet.js";
import type { NamedFiles } from "./named-files.js";
import { type ImportFormat, type ReadEncoder, readEncoderFile } from "./read-encoder-file.js";
import { uploadVariables } from "./upload-variables.js";

export interface ImportEncoderOptions {
  /** Default `"auto"`: told from the files' contents. */
  readonly format?: ImportFormat | "auto";
  /** PyTorch: what stands before the encoder's names, `"module.encoder_q."`. Default: found. */
  readonly prefix?: string;
  /** What the tensors do not tell, or tell wrong: `{ normalization: imagenetNormalization }`, `{ variant: "simclr" }`. */
  readonly spec?: Partial<ResnetOptions>;
}

/** An encoder from a file. */
export interface ImportedEncoder {
  /** Rebuilds the backbone: `resnet(spec)`. */
  readonly spec: ResnetSpec;
  /** Owned by the caller. */
  readonly params: Parameters;
  /** Batch statistics, owned by the caller. */
  readonly state: Parameters;
  readonly format: ImportFormat;
  /** The file's tensors that are no part of the encoder: classifiers, projection heads, an optimizer's. */
  readonly unused: readonly string[];
  /** The side in pixels of the images that it learned from, where the file says it: exports of `simclr export` do. */
  readonly imageSize?: number;
}

/**
 * An encoder from other people's files, or our own: state dicts of PyTorch (torchvision, lightly, solo-learn, VISSL, MoCo and whoever
 * has torchvision's names behind a prefix) as `.safetensors` or `torch.save` wrote them, checkpoints and SavedModels of
 * google-research/simclr in TensorFlow 1 and 2, checkpoints and exports of ours.
 *
 * The network is told from the tensors. A PyTorch network becomes `variant: "torchvision"`, whose outputs are equal to
 * torchvision's; it gets images as they are, so that one that was trained on normalized images needs `spec.normalization`.
 *
 * @param file one file's bytes, or several by name: a TensorFlow checkpoint is two; borrowed
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED, SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @throws SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX
 * @throws SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH names what is missing, unexpected or of another shape
 * @example
 * ```ts
 * import { imagenetNormalization, resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { exportEncoder, importEncoder } from "@simclr/weights";
 * const { spec, init } = resnet({ depth: 18, width: 1 / 16, variant: "torchvision" });
 * const { files } = await exportEncoder({ spec, ...init(randomKey(0)) }, { format: "torchvision" });
 * const encoder = importEncoder(files, { spec: { normalization: imagenetNormalization } });
 * console.log(encoder.format, encoder.spec.depth, encoder.spec.variant); // safetensors 18 torchvision
 * ```
 */
export function importEncoder(file: Uint8Array | NamedFiles, options: ImportEncoderOptions = {}): ImportedEncoder {
  const files: NamedFiles = file instanceof Uint8Array ? { "the file": file } : file;
  const read = readEncoderFile(files, options.format ?? "auto", options.prefix);
  const spec = resnetSpec({ ...ownOptions(read), ...options.spec });
  const { format, unused, imageSize } = read;
  return { spec, ...uploadVariables(read, resnetShapes(spec)), format, unused, ...(imageSize && { imageSize }) };
}

function ownOptions(read: ReadEncoder): ResnetOptions {
  if (!read.spec) return inferResnet(read, read.format === "torch" || read.format === "safetensors");
  const spec: ModelSpec = read.spec;
  if (spec.kind === "resnet") return spec as unknown as ResnetOptions;
  throw unknownArchitecture(
    `they are of a backbone of kind ${JSON.stringify(spec.kind)}`,
    [...read.found.values()].map(({ name }) => name),
  );
}
