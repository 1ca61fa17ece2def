import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import { isDatasetName } from "../run/dataset-folder.js";
import { findDataset } from "../run/find-dataset.js";
import { shardFormat } from "../run/find-shards.js";
import { dataName } from "../run/open-data.js";
import { publishedDatasets } from "./published-datasets.js";
import { parseTransferDescriptor, readTransferDescriptor, type TransferDescriptor } from "./transfer-descriptor.js";

/** A dataset, and where it lies. */
export interface LocatedDataset {
  readonly descriptor: TransferDescriptor;
  readonly folder: string;
  /** Where it is one that `pretrain` takes, and no folder of images with a description: its name or path. */
  readonly data?: string;
}

/**
 * What a user calls a dataset: one of the twelve by name, which lies in the data folder under that name; a folder of his
 * own, described by `dataset.json` in it, or with train and test in it; the file of a descriptor, which lies in the
 * folder that it is about; or anything else that `pretrain` takes, shards, binary files and names.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_DATASET, and the errors of {@link readTransferDescriptor} and `openData`
 */
export async function namedDataset(name: string, dataFolder: string): Promise<LocatedDataset> {
  const published = publishedDatasets.find((descriptor) => descriptor.name === name);
  if (published) return { descriptor: published, folder: join(resolve(dataFolder), name) };
  const path = [resolve(name), resolve(dataFolder, name)].find(existsSync);
  const isPattern = path === undefined && /[{}]/.test(name) && shardFormat(name) !== undefined;
  if (isPattern || (path === undefined && (name === "digits" || isDatasetName(name)))) return ofData(name);
  if (path === undefined) throw unknownDataset(name);
  if (!statSync(path).isDirectory()) {
    if (shardFormat(path)) return ofData(path);
    if (extname(path) !== ".json") throw unknownDataset(name);
    return { descriptor: await readTransferDescriptor(path), folder: dirname(path) };
  }
  const own = join(path, "dataset.json");
  if (existsSync(own)) return { descriptor: await readTransferDescriptor(own), folder: path };
  const { kind } = await findDataset(path);
  const hasParts = kind === "parts" || (kind === "images" && existsSync(join(path, "train")));
  return hasParts ? { descriptor: described(path), folder: path } : ofData(path);
}

function ofData(data: string): LocatedDataset {
  return { descriptor: described(data), folder: dataName(data), data };
}

function described(path: string): TransferDescriptor {
  const slug = basename(path).toLowerCase().replace(/[^a-z0-9._]+/g, "-").replace(/^[^a-z0-9]+/, ""); // biome-ignore format: one line
  return parseTransferDescriptor({ name: slug || "dataset", title: basename(path) }, path);
}

/** One of the twelve. */
export function publishedDataset(name: string): TransferDescriptor {
  const found = publishedDatasets.find((descriptor) => descriptor.name === name);
  if (!found) throw unknownDataset(name);
  return found;
}

function unknownDataset(name: string) {
  const known = publishedDatasets.map((descriptor) => descriptor.name);
  const meant = nearest(name, known);
  return simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_DATASET",
    { name, known, ...(meant && { nearest: meant }) },
    {
      expected: `a dataset, ${known.join(", ")}, or a folder, shards, or the .json file of a descriptor`,
      received: `"${name}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr transfer --help` says how datasets have to lie.",
    },
  );
}
