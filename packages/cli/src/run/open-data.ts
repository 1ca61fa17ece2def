import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cifar10, cifar100, type Dataset, type DecodingOptions, digits, stl10 } from "@simclr/data";
import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { datasetFolder, downloadableDatasets, isDatasetName } from "./dataset-folder.js";
import { type FoundDataset, type FoundImages, findDataset } from "./find-dataset.js";
import { numberedClasses } from "./numbered-classes.js";
import { openImages } from "./open-images.js";

/** Images of a part; those that are decoded when they are read know where they lie. */
export interface DataPart extends Dataset {
  pathOf?(index: number): string;
}

/** A dataset's own parts; without a test part it is up to the caller to hold some out. */
export interface DataParts {
  readonly train: DataPart;
  readonly test?: DataPart;
}

export interface OpenedData extends DataParts {
  /** What to open again: `digits`, or an absolute path. */
  readonly name: string;
  readonly kind: "digits" | FoundDataset["kind"];
  /** The same images decoded otherwise; of pixels, which are not decoded, the same. */
  decodedAs(options: Partial<DecodingOptions>): Promise<DataParts>;
}

export interface OpenDataOptions {
  /** Columns and lists of a recipe. */
  readonly data: Recipe["data"];
  /** How photos are decoded; not asked for pixels. */
  readonly decoding: () => Promise<DecodingOptions>;
  /** Hears of what is left out. */
  readonly onWarning: (message: string) => void;
  /** Of digits. Default 1. */
  readonly channels?: 1 | 3 | undefined;
}

/**
 * Opens the images that any command names: `digits`; `cifar10`, `cifar100`, `stl10` or `tiny-imagenet`; or a path, whose files
 * tell what it is: binary files of CIFAR or STL-10, Tiny ImageNet, ImageNet, shards, a folder with `train` and `test` in it,
 * or any folder of images.
 *
 * @throws SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND, SIMCLR_ERROR__CLI__DATASET_NOT_FOUND, SIMCLR_ERROR__CLI__UNKNOWN_DATASET,
 *   SIMCLR_ERROR__CLI__AMBIGUOUS_DATA, and the errors of the readers of @simclr/data
 */
export async function openData(data: string, options: OpenDataOptions): Promise<OpenedData> {
  const name = dataName(data);
  if (name === "digits") {
    const channels = options.channels ?? 1;
    return ofPixels(name, "digits", (split) => digits({ split, channels }));
  }
  const found = await findDataset(name);
  switch (found.kind) {
    case "cifar10":
      return ofPixels(name, found.kind, (split) => cifar10(found.path, { split }));
    case "cifar100":
      return ofPixels(name, found.kind, (split) => cifar100(found.path, { split }));
    case "stl10":
      return ofPixels(name, found.kind, (split) => stl10(found.path, { split }));
    default:
      return ofPhotos(name, found, options);
  }
}

async function ofPhotos(
  name: string,
  found: FoundImages,
  { data, decoding, onWarning }: OpenDataOptions,
): Promise<OpenedData> {
  const opened = await openImages(found, data, await decoding(), onWarning);
  const named = numberedClasses(opened);
  const parts = ({ train, test }: DataParts): DataParts => ({
    train: named(train),
    ...(test && { test: named(test) }),
  });
  const { train, test } = opened;
  return {
    ...{ name, kind: found.kind },
    ...parts(opened),
    decodedAs: async (other) =>
      parts({ train: await train.decodedAs(other), ...(test && { test: await test.decodedAs(other) }) }),
  };
}

/** `digits`, or the path that a name stands for. @throws as {@link openData} where there is none */
export function dataName(data: string): string {
  assertNoTypo(data);
  return data === "digits" && !existsSync(data) ? data : resolve(isDatasetName(data) ? datasetFolder(data) : data);
}

/** @throws SIMCLR_ERROR__CLI__UNKNOWN_DATASET for what is no path and nearly a name */
function assertNoTypo(data: string): void {
  const known = ["digits", ...Object.keys(downloadableDatasets)];
  const meant = known.includes(data) || /[\\/]/.test(data) || existsSync(data) ? undefined : nearest(data, known);
  if (meant === undefined) return;
  throw simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_DATASET",
    { name: data, known, nearest: meant },
    { expected: `${known.join(", ")} or a path that exists`, received: data, remedy: `Did you mean "${meant}"?` },
  );
}

async function ofPixels(
  name: string,
  kind: OpenedData["kind"],
  read: (split: "train" | "test") => Promise<Dataset>,
): Promise<OpenedData> {
  const [train, test] = await Promise.all([read("train"), read("test")]);
  return { name, kind, train, test, decodedAs: async () => ({ train, test }) };
}
