import { decodeSafetensors, type HostTensor, type Json, type ModelSpec } from "@simclr/core";
import { fileDamaged, simclrError } from "./errors.js";
import type { NamedFiles } from "./named-files.js";
import type { FoundEncoder, FoundTensor } from "./names/found-encoder.js";
import { findObjectGraphEncoder } from "./names/object-graph-encoder.js";
import { findSimclrV1Encoder } from "./names/simclr-v1-encoder.js";
import { findTorchEncoder } from "./names/torch-encoder.js";
import { readTensorFlowCheckpoint } from "./tensorflow/read-checkpoint.js";
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
}

/**
 * Finds an encoder in files.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 */
export function readEncoderFile(files: NamedFiles, format: ImportFormat | "auto", prefix?: string): ReadEncoder {
  const names = Object.keys(files);
  const index = names.find((name) => isSortedTable(files[name] as Uint8Array));
  const isTensorFlow = index?.endsWith(".index") === true;
  if (isTensorFlow && (format === "auto" || format === "tensorflow")) {
    const checkpoint = readTensorFlowCheckpoint(files);
    const find = checkpoint.objects
      ? findObjectGraphEncoder
      : (read: typeof checkpoint) => findSimclrV1Encoder(read.tensors);
    return { format: "tensorflow", ...find(checkpoint) };
  }
  const torch = names.find((name) => isZip(files[name] as Uint8Array) || isLegacyTorch(files[name] as Uint8Array));
  if (torch !== undefined && (format === "auto" || format === "torch")) {
    return { format: "torch", ...findTorchEncoder(readTorchFile(files[torch] as Uint8Array, torch), prefix) };
  }
  const safetensors = names.find((name) => isSafetensors(files[name] as Uint8Array));
  if (safetensors !== undefined && format !== "torch" && format !== "tensorflow") {
    const { tensors, metadata } = decodeSafetensors(files[safetensors] as Uint8Array, safetensors);
    const isOurs = [...tensors.keys()].some((name) => name.startsWith("params/backbone/"));
    if (isOurs && format !== "safetensors") {
      const spec = savedSpec(metadata["simclr.backbone"], files);
      return { format: "simclr", ...findOwnEncoder(tensors), ...(spec && { spec }) };
    }
    if (format !== "simclr") return { format: "safetensors", ...findTorchEncoder(tensors, prefix) };
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

function findOwnEncoder(tensors: ReadonlyMap<string, HostTensor>): FoundEncoder {
  const found = new Map<string, FoundTensor>();
  const unused: string[] = [];
  for (const [name, tensor] of tensors) {
    const path = /^(?:params|batchStats)\/backbone\/(.+)$/.exec(name)?.[1];
    if (path === undefined) unused.push(name);
    else found.set(path, { name, tensor, layout: "as it is" });
  }
  return { found, unused, unexpected: [] };
}

function savedSpec(metadata: string | undefined, files: NamedFiles): ModelSpec | undefined {
  const description = Object.keys(files).find((name) => name.endsWith("checkpoint.json"));
  const text = metadata ?? (description && new TextDecoder().decode(files[description]));
  if (text === undefined) return undefined;
  try {
    const parsed = JSON.parse(text) as { readonly [name: string]: Json };
    return (metadata === undefined ? parsed.backbone : parsed) as ModelSpec;
  } catch (cause) {
    throw fileDamaged(description ?? "the safetensors file", "its description of the encoder is not JSON", cause);
  }
}
