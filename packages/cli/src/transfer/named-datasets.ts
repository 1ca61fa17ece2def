import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";
import { publishedDatasets } from "./published-datasets.js";
import { parseTransferDescriptor, readTransferDescriptor, type TransferDescriptor } from "./transfer-descriptor.js";

/** A dataset, and where it lies. */
export interface LocatedDataset {
  readonly descriptor: TransferDescriptor;
  readonly folder: string;
}

/**
 * What a user calls a dataset: one of the twelve by name, which lies in the data folder under that name; a folder of his
 * own, described by `dataset.json` in it, or with train and test in it; or the file of a descriptor, which lies in the
 * folder that it is about.
 *
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_DATASET, and the errors of {@link readTransferDescriptor}
 */
export async function namedDataset(name: string, dataFolder: string): Promise<LocatedDataset> {
  const published = publishedDatasets.find((descriptor) => descriptor.name === name);
  if (published) return { descriptor: published, folder: join(resolve(dataFolder), name) };
  const path = [resolve(name), resolve(dataFolder, name)].find(existsSync);
  if (path === undefined) throw unknownDataset(name);
  if (!statSync(path).isDirectory()) {
    if (extname(path) !== ".json") throw unknownDataset(name);
    return { descriptor: await readTransferDescriptor(path), folder: dirname(path) };
  }
  const own = join(path, "dataset.json");
  if (existsSync(own)) return { descriptor: await readTransferDescriptor(own), folder: path };
  const slug = basename(path).toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+/, ""); // biome-ignore format: one line
  return {
    descriptor: parseTransferDescriptor({ name: slug || "dataset", title: basename(path) }, path),
    folder: path,
  };
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
      expected: `a dataset, ${known.join(", ")}, or a folder, or the .json file of a descriptor`,
      received: `"${name}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr transfer --help` says how datasets have to lie.",
    },
  );
}
