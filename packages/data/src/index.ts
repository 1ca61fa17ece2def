export { type ArrayDatasetOptions, arrayDataset } from "./array-dataset.js";
export { type BatchesOptions, batches, type NumberedBatch } from "./batches.js";
export { type CacheOptions, cached } from "./cached.js";
export { type Cifar10Options, type Cifar100Options, cifar10, cifar100 } from "./cifar.js";
export type { Dataset, ImageBatch } from "./dataset.js";
export { type DigitsOptions, digits } from "./digits.js";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./image-folder.js";
export { type SplitOptions, splitDataset } from "./split-dataset.js";
export { subset } from "./subset.js";
