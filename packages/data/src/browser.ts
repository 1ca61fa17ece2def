export { type ArrayDatasetOptions, arrayDataset } from "./array-dataset.js";
export { type BatchesOptions, batches, type NumberedBatch } from "./batches.js";
export { browserDecoder } from "./browser-decoder.js";
export { type CacheOptions, cached } from "./cached.js";
export type { Dataset, ImageBatch } from "./dataset.js";
export type { DecodedPixels, DecodeSettings, ImageDecoder, UsePixels } from "./image-decoder.js";
export { type LabelSubsetOptions, labelSubset, labelSubsetIndices } from "./label-subset.js";
export { type SplitOptions, splitDataset } from "./split-dataset.js";
export { subset } from "./subset.js";
