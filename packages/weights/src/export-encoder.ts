import { type ResnetSpec, resnetSpec } from "@simclr/backbones";
import {
  encodeSafetensors,
  type HostTensor,
  type Int64Tensor,
  invalidArgument,
  type ModelSpec,
  type Parameters,
} from "@simclr/core";
import { simclrError } from "./errors.js";
import { encoderGraph, variablesOf } from "./graph/encoder-graph.js";
import { graphModelFiles } from "./graph/graph-model.js";
import { onnxFile } from "./graph/onnx.js";
import { toFileLayout, torchLayout } from "./kernel-layout.js";
import type { NamedFiles } from "./named-files.js";
import { torchName } from "./names/torch-names.js";

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
   * `model.fc = nn.Identity()`. Default: none.
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
 * @param encoder a ResNet of @simclr/backbones with its variables; borrowed
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
  if (encoder.spec.kind !== "resnet") throw notExportable(format, Object.keys(encoder.params), encoder.spec.kind);
  const spec = resnetSpec(encoder.spec as unknown as ResnetSpec);
  const [params, state] = await Promise.all([download(encoder.params), download(encoder.state)]);
  if (format === "safetensors") {
    return { files: { "encoder.safetensors": ownFile(spec, params, state, imageSize) }, notes: [] };
  }
  const variables = new Map([...params, ...state]);
  if (format === "torchvision") {
    return { files: { "model.safetensors": torchvisionFile(variables, classCount) }, notes: torchvisionNotes(spec) };
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
  spec: ResnetSpec,
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

function torchvisionFile(variables: ReadonlyMap<string, HostTensor>, classCount: number): Uint8Array {
  const tensors = new Map<string, HostTensor | Int64Tensor>();
  const nameless: string[] = [];
  let features = 0;
  for (const [path, tensor] of variables) {
    const name = torchName(path);
    if (name === undefined) nameless.push(path);
    else tensors.set(name, toFileLayout(tensor, torchLayout(path)));
    if (!name?.endsWith(".running_mean")) continue;
    const batches = name.replace("running_mean", "num_batches_tracked");
    tensors.set(batches, { dtype: "int64", shape: [], values: BigInt64Array.of(0n) });
    features = Math.max(features, tensor.shape[0] as number);
  }
  if (nameless.length > 0) throw notExportable("torchvision", nameless, "resnet");
  if (classCount > 0) {
    const zeros = (...shape: number[]): HostTensor => ({
      dtype: "float32",
      shape,
      values: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    });
    tensors.set("fc.weight", zeros(classCount, features)).set("fc.bias", zeros(classCount));
  }
  return encodeSafetensors(tensors, { format: "pt" });
}

function torchvisionNotes(spec: ResnetSpec): string[] {
  const notes: string[] = [];
  if (spec.normalization !== "none") notes.push("Normalize images before the network: torchvision's has none inside.");
  if (spec.stem === "cifar")
    notes.push("Replace conv1 by a 3x3 convolution with stride 1, and maxpool by nn.Identity().");
  if (spec.resnetD)
    notes.push(
      "Put nn.AvgPool2d(2, 1) behind nn.ReplicationPad2d((0, 1, 0, 1)) before layer1's downsample, nn.AvgPool2d(2, 2) behind " +
        "nn.ZeroPad2d((0, 1, 0, 1)) before the others, and take away the downsamples' strides.",
    );
  if (spec.variant === "torchvision") return notes;
  if (spec.stem === "imagenet") {
    notes.push("Replace maxpool: TensorFlow pads even sizes by nn.ZeroPad2d((0, 1, 0, 1)), then nn.MaxPool2d(3, 2).");
  }
  if (spec.depth < 50)
    notes.push("Give layer1[0] a downsample, a 1x1 convolution and a batch norm; torchvision's has none.");
  return notes;
}

function notExportable(format: string, paths: readonly string[], kind: string) {
  return simclrError(
    "SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE",
    { format, paths: [...paths] },
    {
      expected: `an encoder whose variables all have a place in the format ${format}`,
      received: `one of kind ${JSON.stringify(kind)} with ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", ..." : ""}`,
      remedy: "ResNets of @simclr/backbones can be written; `safetensors` keeps all of their options.",
    },
  );
}
