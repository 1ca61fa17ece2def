declare module "@simclr/core" {
  interface SimclrErrorContexts {
    /** Files that no reader knows, or that the named one does not. */
    SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT: { files: string[] };
    SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED: { file: string; reason: string };
    /** Tensors that are none of the networks that we know; `names` are the file's. */
    SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE: { reason: string; names: string[] };
    /** A file of several encoders of equal standing. */
    SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX: { prefixes: string[] };
    /** Tensors that are missing, of another shape, or inside the encoder and unknown. */
    SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH: { missing: string[]; unexpected: string[]; misshapen: MisshapenTensor[] };
    /** Variables that the format has no names or operations for. */
    SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE: { format: string; paths: string[] };
  }
}

import { simclrError } from "@simclr/core";

/** A tensor whose shape is not the network's; both as the file lays them out. */
export interface MisshapenTensor {
  readonly name: string;
  readonly expected: readonly number[];
  readonly received: readonly number[];
}

/** A file that is not what its format says. */
export function fileDamaged(file: string, reason: string, cause?: unknown) {
  return simclrError(
    "SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED",
    { file, reason },
    {
      expected: `${file} to be a whole file of its format`,
      received: `another one: ${reason}`,
      remedy: "Copy or download it again, and compare its size with the original's.",
    },
    cause,
  );
}

/** Tensors that are no encoder that can be built here. */
export function unknownArchitecture(reason: string, names: readonly string[], remedy?: string) {
  return simclrError(
    "SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE",
    { reason, names: [...names] },
    {
      expected: "a ResNet of depth 18, 34, 50, 101, 152 or 200, a vision transformer or a ConvNeXt",
      received: `${names.length} tensors (${names.slice(0, 3).join(", ") || "none"}), but ${reason}`,
      remedy: remedy ?? "Other networks need a Backbone of your own, whose parameters you set by name.",
    },
  );
}

/** An encoder that a format has no place for. */
export function notExportable(format: string, paths: readonly string[], kind: string) {
  return simclrError(
    "SIMCLR_ERROR__WEIGHTS__NOT_EXPORTABLE",
    { format, paths: [...paths] },
    {
      expected: `an encoder whose variables all have a place in the format ${format}`,
      received: `one of kind ${JSON.stringify(kind)} with ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", ..." : ""}`,
      remedy:
        "ResNets, vision transformers and ConvNeXts of @simclr/backbones can be written; `safetensors` keeps all of their options.",
    },
  );
}

export { simclrError } from "@simclr/core";
