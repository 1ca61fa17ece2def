import {
  arrow,
  type DecodedDataset,
  type DecodingOptions,
  imageFolder,
  imagenet,
  parquet,
  tfRecord,
  tinyImagenet,
  webDataset,
} from "@simclr/data";
import type { Recipe } from "../recipe/recipe-schema.js";
import type { FoundImages } from "./find-dataset.js";
import type { FoundShards } from "./find-shards.js";
import { shown } from "./run-settings.js";

/** Images that are decoded when they are read; without a test part it is up to the caller to hold some out. */
export interface OpenedImages {
  readonly train: DecodedDataset;
  readonly test?: DecodedDataset;
}

/**
 * Opens what was found.
 *
 * @param onWarning hears of what is left out
 * @throws the errors of the readers of @simclr/data
 */
export async function openImages(
  found: FoundImages,
  { validationLabels, imageKey, labelKey }: Recipe["data"],
  decoding: DecodingOptions,
  onWarning: (message: string) => void,
): Promise<OpenedImages> {
  switch (found.kind) {
    case "images":
      return { train: await imageFolder(found.path, decoding) };
    case "parts": {
      const [train, test] = await Promise.all([found.train, found.test].map((path) => imageFolder(path, decoding)));
      return { train: train as DecodedDataset, test: test as DecodedDataset };
    }
    case "tinyImagenet": {
      const [train, test] = await Promise.all([tinyImagenet(found.path, decoding), tinyImagenet(found.path, { ...decoding, split: "val" })]); // biome-ignore format: one line
      return { train, test };
    }
    case "imagenet": {
      const groundTruth = validationLabels ?? found.labelList;
      const train = await imagenet(found.path, decoding);
      if (groundTruth) return { train, test: await imagenet(found.path, { ...decoding, split: "val", groundTruth }) };
      onWarning(`No labels for ${shown(found.path)}/val: --set data.validationLabels=<file> names their list.`);
      return { train, test: await imageFolder(`${found.path}/val`, { ...decoding, labels: "none" }) };
    }
    case "shards":
      return openShards(found, { imageKey, labelKey }, decoding, onWarning);
  }
}

async function openShards(
  { format, train, tests, leftOut }: FoundShards,
  { imageKey, labelKey }: Pick<Recipe["data"], "imageKey" | "labelKey">,
  decoding: DecodingOptions,
  onWarning: (message: string) => void,
): Promise<OpenedImages> {
  if (leftOut.length > 0) {
    const others = leftOut.length > 1 ? ` and ${leftOut.length - 1} more` : "";
    onWarning(`Left out, as no part is in the name: ${shown(leftOut[0] as string)}${others}.`);
  }
  const open = (paths: readonly string[]) => {
    if (format === "parquet" || format === "arrow") {
      const read = format === "parquet" ? parquet : arrow;
      return read(paths, { ...decoding, ...(imageKey !== null && { imageColumn: imageKey }), ...(labelKey !== null && { labelColumn: labelKey }) }); // biome-ignore format: one line
    }
    if (format === "webDataset") return webDataset(paths, { ...decoding, ...(labelKey !== null && { labelKey }) });
    return tfRecord(paths, { ...decoding, ...(imageKey !== null && { imageKey }), ...(labelKey !== null && { labelKey }) }); // biome-ignore format: one line
  };
  const opened = await open(train);
  let test: DecodedDataset | undefined;
  for (const paths of tests) {
    const candidate = await open(paths);
    test ??= candidate;
    if (!candidate.labels) continue;
    test = candidate;
    break;
  }
  return { train: opened, ...(test && { test }) };
}
