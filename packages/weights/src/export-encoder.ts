import { encodeSafetensors, type HostTensor, invalidArgument, type ModelSpec, type Parameters } from "@simclr/core";
import { type EncoderOptions, type EncoderSpec, encoderOf, isEncoderKind } from "./encoder-kind.js";
import { notExportable } from "./errors.js";
import { encoderGraph } from "./graph/encoder-graph.js";
import { graphModelFiles } from "./graph/graph-model.js";
import { variablesOf } from "./graph/graph-node.js";
import { onnxFile } from "./graph/onnx.js";
import type { NamedFiles } from "./named-files.js";
import { torchvisionFile, torchvisionNotes } from "./torchvision-file.js";

const formats = ["safetensors", "torchvision", "graph-model", "onnx"] as const;

export type ExportFormat = (typeof formats)[number];

export interface ExportableEncoder {
  readonly spec: ModelSpec;
  readonly params: Parameters;
  /** Batch statistics. */
  readonly state: Parameters;
}

export interface ExportEncoderOptions {
  /**
   * - `"safetensors"`: our names, with the spec in the metadata; `importEncoder` gives back the same numbers
   * - `"torchvision"`: a state dict with torchvision's names, as safetensors
   * - `"graph-model"`: `model.json` and weights for `tf.loadGraphModel`
   * - `"onnx"`: opset 17, images `[batch, channels, height, width]`
   */
  readonly format: ExportFormat;
  /**
   * `"torchvision"`: a classifier of so many classes, all zeros, without which torchvision's strict loading wants
   * `nn.Identity()` in the place of `model.fc`, of a vision transformer's `model.heads` or a ConvNeXt's `model.classifier[2]`. Default: none.
   */
  readonly classCount?: number;
  /**
   * The side in pixels of the images that the encoder learned from, kept with the encoder for whoever has to scale images to it:
   * `importEncoder` returns it, and `tf.GraphModel.metadata` has it as `imageSize`. `"safetensors"` and `"graph-model"`. Default: not said.
   */
  readonly imageSize?: number;
}

export interface ExportedEncoder {
  readonly files: NamedFiles;
  /** Where the reader of the files has to do something for equal outputs. */
  readonly notes: readonly string[];
}

/**
 * Writes an encoder in a format of other people's.
 *
 * @param encoder a ResNet, vision transformer or ConvNeXt of @simclr/backbones with its variables; borrowed
 * @returns files by name, to be written or served
 * @throws SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE for variables that the format has no name or operation for
 * @throws SIMCLR_ERROR__CORE__INVALID_ARGUMENT
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { exportEncoder } from "@simclr/weights";
 * const backbone = resnet({ depth: 18, width: 1 / 16, stem: "cifar" });
 * const encoder = { spec: backbone.spec, ...backbone.init(randomKey(0)) };
 * const { files } = await exportEncoder(encoder, { format: "graph-model" });
 * console.log(Object.keys(files)); // model.json, weights-1-of-1.bin
 * ```
 */
export async function exportEncoder(
  encoder: ExportableEncoder,
  options: ExportEncoderOptions,
): Promise<ExportedEncoder> {
  const { format, classCount = 0, imageSize } = options;
  if (!formats.includes(format)) throw invalidArgument("format", format, `one of ${formats.join(", ")}`);
  if (!(Number.isInteger(classCount) && classCount >= 0)) {
    throw invalidArgument("classCount", classCount, "a whole number of at least 0");
  }
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize > 0)) {
    throw invalidArgument("imageSize", imageSize, "a positive integer");
  }
  const { kind } = encoder.spec;
  if (!isEncoderKind(kind)) throw notExportable(format, Object.keys(encoder.params), kind);
  const { spec } = encoderOf({ ...(encoder.spec as unknown as EncoderOptions), kind });
  const [params, state] = await Promise.all([download(encoder.params), download(encoder.state)]);
  if (format === "safetensors") {
    return { files: { "encoder.safetensors": ownFile(spec, params, state, imageSize) }, notes: [] };
  }
  const variables = new Map([...params, ...state]);
  if (format === "torchvision") {
    return {
      files: { "model.safetensors": torchvisionFile(spec, variables, classCount) },
      notes: torchvisionNotes(spec),
    };
  }
  const graph = encoderGraph(spec);
  const known = new Set(variablesOf(graph));
  const unknown = [...variables.keys()].filter((path) => !known.has(path));
  const lacking = [...known].filter((path) => !variables.has(path));
  if (unknown.length + lacking.length > 0) throw notExportable(format, [...unknown, ...lacking], spec.kind);
  const files =
    format === "onnx"
      ? { "encoder.onnx": onnxFile(graph, variables) }
      : graphModelFiles(graph, variables, imageSize === undefined ? undefined : { imageSize });
  return { files, notes: [] };
}

async function download(parameters: Parameters): Promise<Map<string, HostTensor>> {
  const read = Object.entries(parameters).map(async ([path, tensor]): Promise<[string, HostTensor]> => {
    const values = Float32Array.from(await tensor.data());
    return [path, { dtype: "float32", shape: tensor.shape, values }];
  });
  return new Map(await Promise.all(read));
}

function ownFile(
  spec: EncoderSpec,
  params: ReadonlyMap<string, HostTensor>,
  state: ReadonlyMap<string, HostTensor>,
  imageSize?: number,
) {
  const below = (prefix: string, tensors: ReadonlyMap<string, HostTensor>) =>
    [...tensors].map(([path, tensor]) => [`${prefix}/backbone/${path}`, tensor] as const);
  const tensors = new Map([...below("params", params), ...below("batchStats", state)]);
  const size = imageSize === undefined ? undefined : { "simclr.imageSize": String(imageSize) };
  return encodeSafetensors(tensors, { "simclr.backbone": JSON.stringify(spec), ...size });
}
