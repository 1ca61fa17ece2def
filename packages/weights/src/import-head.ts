import type { ModelSpec, Parameters } from "@simclr/core";
import { type LinearHeadSpec, linearHead, type NonlinearHeadSpec, nonlinearHead } from "@simclr/heads";
import type { NamedFiles } from "./named-files.js";
import { type FoundTensor, ownShape } from "./names/found-encoder.js";
import { findTensorFlowHead } from "./names/tensorflow-head.js";
import { findOwnVariables, type ImportFormat, readTensorFile } from "./read-encoder-file.js";
import { uploadVariables } from "./upload-variables.js";

export interface ImportHeadOptions {
  /** Default `"auto"`: told from the files' contents. */
  readonly format?: ImportFormat | "auto";
}

/** A projection head from a file. */
export interface ImportedHead {
  /** Rebuilds the head: `headFromSpec(spec)`. */
  readonly spec: LinearHeadSpec | NonlinearHeadSpec;
  /** Owned by the caller. */
  readonly params: Parameters;
  /** Batch statistics, owned by the caller. */
  readonly state: Parameters;
  readonly format: ImportFormat;
  /** The file's names of its tensors: they are among those that `importEncoder` leaves unused. */
  readonly names: readonly string[];
}

/**
 * The projection head from checkpoints and SavedModels of google-research/simclr, or from our own checkpoints: SimCLRv2 fine-tunes from its
 * middle. Undefined where a file has none, and for PyTorch's files, whose heads have no common form.
 *
 * @param file one file's bytes, or several by name: a TensorFlow checkpoint is two; borrowed
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED, SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 * @throws SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH names what is missing, unexpected or of another shape
 * @example
 * ```ts
 * import { resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { exportEncoder, importHead } from "@simclr/weights";
 * const { spec, init } = resnet({ depth: 18, width: 1 / 16 });
 * const { files } = await exportEncoder({ spec, ...init(randomKey(0)) }, { format: "safetensors" });
 * console.log(importHead(files)); // undefined: encoders are written without their head
 * ```
 */
export function importHead(file: Uint8Array | NamedFiles, options: ImportHeadOptions = {}): ImportedHead | undefined {
  const files: NamedFiles = file instanceof Uint8Array ? { "the file": file } : file;
  const read = readTensorFile(files, options.format ?? "auto");
  if (read.format === "torch" || read.format === "safetensors") return undefined;
  const found =
    read.format === "tensorflow" ? findTensorFlowHead(read.checkpoint) : findOwnVariables(read.tensors, "head").found;
  if (found.size === 0) return undefined;
  const saved = read.format === "simclr" ? read.specs.head : undefined;
  const { spec, variableShapes } = headOf(found, saved);
  const names = [...found.values()].map(({ name }) => name);
  return { spec, ...uploadVariables({ found, unexpected: [] }, variableShapes), format: read.format, names };
}

function headOf(found: ReadonlyMap<string, FoundTensor>, saved: ModelSpec | undefined) {
  if (saved?.kind === "linear") return linearHead(saved as unknown as LinearHeadSpec);
  if (saved?.kind === "nonlinear") return nonlinearHead(saved as unknown as NonlinearHeadSpec);
  let layers = 1;
  while (found.has(`dense${layers + 1}/kernel`)) layers++;
  const shape = (layer: number) => {
    const kernel = found.get(`dense${layer}/kernel`);
    return kernel ? ownShape(kernel) : [1, 1];
  };
  const [inputSize = 1, hiddenSize = 1] = shape(1);
  const outputSize = shape(layers)[1] as number;
  const common = { inputSize, outputSize, normalizeProjection: found.has(`norm${layers}/scale`) };
  return layers === 1 ? linearHead(common) : nonlinearHead({ ...common, hiddenSize, layers });
}
