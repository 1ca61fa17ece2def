import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { DownloadableDataset } from "@simclr/data";
import { simclrError } from "../errors.js";

/** Datasets that a command line calls by name: what `downloadDataset` calls them, and the folders that they lie in. */
export const downloadableDatasets = {
  cifar10: { download: "cifar10", folders: ["cifar10", "cifar-10-batches-bin"] },
  cifar100: { download: "cifar100", folders: ["cifar100", "cifar-100-binary"] },
  stl10: { download: "stl10", folders: ["stl10", "stl10_binary"] },
  "tiny-imagenet": { download: "tinyImagenet", folders: ["tiny-imagenet", "tiny-imagenet-200"] },
} as const satisfies Record<string, { download: DownloadableDataset; folders: readonly string[] }>;

export type DatasetName = keyof typeof downloadableDatasets;

export function isDatasetName(data: string): data is DatasetName {
  return Object.hasOwn(downloadableDatasets, data);
}

/**
 * Where a named dataset lies: here, or in `data`.
 *
 * @throws SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND for cifar10, SIMCLR_ERROR__CLI__DATASET_NOT_FOUND for the others
 */
export function datasetFolder(name: DatasetName): string {
  const places = downloadableDatasets[name].folders.flatMap((folder) => [folder, join("data", folder)]);
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  const title = name === "cifar10" ? "CIFAR-10" : name;
  const details = {
    expected: `${title} in one of ${places.map((place) => `./${place}`).join(", ")}`,
    received: `none of them in ${basename(process.cwd())}`,
    remedy: `simclr download ${name} puts it into ./data; or name the folder that it is in: simclr pretrain <folder>.`,
  };
  if (name === "cifar10") throw simclrError("SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND", { lookedIn: places }, details);
  throw simclrError("SIMCLR_ERROR__CLI__DATASET_NOT_FOUND", { name, lookedIn: places }, details);
}
