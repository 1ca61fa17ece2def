import type { Json } from "@simclr/core";
import type { LocatedDataset } from "./named-datasets.js";
import { transferFile } from "./saved-transfer.js";
import type { TransferEncoder, TransferMethod, TransferSettings } from "./transfer-settings.js";

/** A result to come. */
export interface TransferJob {
  readonly located: LocatedDataset;
  readonly method: TransferMethod;
  readonly encoder: TransferEncoder;
}

/** Where the result will lie. */
export function fileOf(runFolder: string, { located, method, encoder }: TransferJob): string {
  return transferFile(runFolder, { dataset: located.descriptor.name, method, encoder });
}

/** Where a search keeps its trials until the result is there. */
export function trialsOf(runFolder: string, job: TransferJob): string {
  return fileOf(runFolder, job).replace(/\.json$/, ".trials.json");
}

/** `DTD, linear, trained` */
export function titleOf({ located: { descriptor }, method, encoder }: TransferJob): string {
  return `${descriptor.title ?? descriptor.name}, ${method}, ${encoder}`;
}

/** What a result depends on beside the encoder and the images. */
export function askedOf(
  { located, method, encoder }: TransferJob,
  settings: TransferSettings,
): { readonly [name: string]: Json } {
  const { split, metric, validationShare } = located.descriptor;
  const described = { folder: located.folder, split, metric, validationShare };
  const own =
    method === "linear"
      ? { regularizations: settings.regularizations }
      : { ...settings.grids[encoder], batchSize: settings.batchSize };
  return JSON.parse(JSON.stringify({ ...described, ...own }));
}
