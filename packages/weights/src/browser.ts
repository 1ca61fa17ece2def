import type {} from "./errors.js";

export type { EncoderSpec } from "./encoder-kind.js";
export type { MisshapenTensor } from "./errors.js";
export {
  type ExportableEncoder,
  type ExportEncoderOptions,
  type ExportedEncoder,
  type ExportFormat,
  exportEncoder,
} from "./export-encoder.js";
export { type ImportEncoderOptions, type ImportedEncoder, importEncoder } from "./import-encoder.js";
export { type ImportedHead, type ImportHeadOptions, importHead } from "./import-head.js";
export type { NamedFiles } from "./named-files.js";
export type { ImportFormat } from "./read-encoder-file.js";
export { readTensorFlowCheckpoint, type TensorFlowCheckpoint } from "./tensorflow/read-checkpoint.js";
export { readTorchFile } from "./torch/read-torch-file.js";
