import { decodeSafetensors, type HostTensor, type ModelSpec } from "@simclr/core";
import { type EncoderKind, isEncoderKind } from "./encoder-kind.js";
import { fileDamaged, simclrError, unknownArchitecture } from "./errors.js";
import type { NamedFiles } from "./named-files.js";
import type { FoundEncoder, FoundTensor } from "./names/found-encoder.js";
import { findObjectGraphEncoder } from "./names/object-graph-encoder.js";
import { findSimclrV1Encoder } from "./names/simclr-v1-encoder.js";
import { findTorchEncoder } from "./names/torch-encoder.js";
import { readTensorFlowCheckpoint, type TensorFlowCheckpoint } from "./tensorflow/read-checkpoint.js";
import { isSortedTable } from "./tensorflow/sorted-table.js";
import { isLegacyTorch, isZip, readTorchFile } from "./torch/read-torch-file.js";

/**
 * The formats that are read: our own checkpoints and exports, PyTorch's state dicts as `.safetensors` or `.pt`, and
 * TensorFlow's checkpoints.
 */
export type ImportFormat = "simclr" | "safetensors" | "torch" | "tensorflow";

export interface ReadEncoder extends FoundEncoder {
  readonly format: ImportFormat;
  /** What the file itself says that the encoder is. */
  readonly spec?: ModelSpec;
  /** The side in pixels of the images that it learned from, where the file says it. */
  readonly imageSize?: number;
}

/**
 * Finds an encoder in files.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 */
export function readEncoderFile(files: NamedFiles, format: ImportFormat | "auto", prefix?: string): ReadEncoder {
  const read = readTensorFile(files, format);
  if (read.format === "tensorflow") {
    const { checkpoint } = read;
    const found = checkpoint.objects ? findObjectGraphEncoder(checkpoint) : findSimclrV1Encoder(checkpoint.tensors);
    return { format: read.format, ...found };
  }
  if (read.format !== "simclr") return { format: read.format, ...findTorchEncoder(read.tensors, prefix) };
  const spec = read.specs.backbone;
  const { imageSize } = read;
  const own = findOwnVariables(read.tensors, "backbone");
  const kind = spec?.kind ?? kindByPaths(own.found);
  if (!isEncoderKind(kind)) {
    throw unknownArchitecture(`they are of a backbone of kind ${JSON.stringify(kind)}`, [...read.tensors.keys()]);
  }
  return { format: read.format, kind, ...own, ...(spec && { spec }), ...(imageSize && { imageSize }) };
}

/** What files hold, before anything is found in them. */
export type TensorFile =
  | { readonly format: "tensorflow"; readonly checkpoint: TensorFlowCheckpoint }
  | { readonly format: "torch" | "safetensors"; readonly tensors: ReadonlyMap<string, HostTensor> }
  | {
      readonly format: "simclr";
      readonly tensors: ReadonlyMap<string, HostTensor>;
      /** What the files say that the models are. */
      readonly specs: { readonly backbone?: ModelSpec; readonly head?: ModelSpec };
      readonly imageSize?: number;
    };

/** @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT */
export function readTensorFile(files: NamedFiles, format: ImportFormat | "auto"): TensorFile {
  const names = Object.keys(files);
  const index = names.find((name) => isSortedTable(files[name] as Uint8Array));
  if (index?.endsWith(".index") === true && (format === "auto" || format === "tensorflow")) {
    return { format: "tensorflow", checkpoint: readTensorFlowCheckpoint(files) };
  }
  const torch = names.find((name) => isZip(files[name] as Uint8Array) || isLegacyTorch(files[name] as Uint8Array));
  if (torch !== undefined && (format === "auto" || format === "torch")) {
    return { format: "torch", tensors: readTorchFile(files[torch] as Uint8Array, torch) };
  }
  const safetensors = names.find((name) => isSafetensors(files[name] as Uint8Array));
  if (safetensors !== undefined && format !== "torch" && format !== "tensorflow") {
    const { tensors, metadata } = decodeSafetensors(files[safetensors] as Uint8Array, safetensors);
    const isOurs = [...tensors.keys()].some((name) => name.startsWith("params/backbone/"));
    if (isOurs && format !== "safetensors") {
      const imageSize = Number(metadata["simclr.imageSize"]);
      const specs = savedSpecs(metadata["simclr.backbone"], files);
      return { format: "simclr", tensors, specs, ...(imageSize > 0 && { imageSize }) };
    }
    if (format !== "simclr") return { format: "safetensors", tensors };
  }
  throw simclrError(
    "SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT",
    { files: names },
    {
      expected: format === "auto" ? "a .safetensors, .pt or TensorFlow checkpoint" : `files of the format ${format}`,
      received: names.join(", ") || "no files",
      remedy: "Of a TensorFlow checkpoint the .index and all .data files are needed.",
    },
  );
}

/** A header of JSON, in a length that the file has. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) + 8n <= BigInt(bytes.length);
}

/** The variables of one model in a checkpoint or export of ours. */
export function findOwnVariables(
  tensors: ReadonlyMap<string, HostTensor>,
  model: "backbone" | "head",
): Omit<FoundEncoder, "kind"> {
  const found = new Map<string, FoundTensor>();
  const unused: string[] = [];
  for (const [name, tensor] of tensors) {
    const [, owner, path] = /^(?:params|batchStats)\/([^/]+)\/(.+)$/.exec(name) ?? [];
    if (owner !== model || path === undefined) unused.push(name);
    else found.set(path, { name, tensor, layout: "as it is" });
  }
  return { found, unused, unexpected: [] };
}

/** What a checkpoint without a description is of. */
function kindByPaths(found: FoundEncoder["found"]): EncoderKind {
  if (found.has("patches/kernel")) return "vit";
  return found.has("stem/patches/kernel") ? "convnext" : "resnet";
}

function savedSpecs(metadata: string | undefined, files: NamedFiles): { backbone?: ModelSpec; head?: ModelSpec } {
  const description = Object.keys(files).find((name) => name.endsWith("checkpoint.json"));
  const text = metadata ?? (description && new TextDecoder().decode(files[description]));
  if (text === undefined) return {};
  try {
    const parsed = JSON.parse(text);
    return metadata === undefined ? parsed : { backbone: parsed };
  } catch (cause) {
    throw fileDamaged(description ?? "the safetensors file", "its description of the encoder is not JSON", cause);
  }
}
