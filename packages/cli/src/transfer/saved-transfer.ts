import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "@simclr/core";
import type { EvaluationResult } from "@simclr/evaluation";
import { z } from "zod";
import { readJsonFile } from "../run/read-json-file.js";
import { publishedDatasets } from "./published-datasets.js";
import type { TransferEncoder, TransferMethod } from "./transfer-settings.js";

/** A file of a run's `transfer` folder: one dataset by one method. */
export interface SavedTransfer extends EvaluationResult {
  /** The descriptor's name. */
  readonly dataset: string;
  readonly title: string;
  readonly method: TransferMethod;
  readonly encoder: TransferEncoder;
  /** Where the dataset lay. */
  readonly folder: string;
  /** Steps of training that the encoder had. */
  readonly step: number;
  /** The choices that it was measured with. */
  readonly asked: { readonly [name: string]: Json };
  /** Sizes unlike the published ones. */
  readonly warnings: readonly string[];
  readonly published: readonly { readonly model: string; readonly linear?: number; readonly fineTune?: number }[];
}

const count = z.int().min(0);
const json = z.json() as z.ZodType<Json>;
const record = z.record(z.string(), json) as z.ZodType<{ readonly [name: string]: Json }>;
const savedTransfer: z.ZodType<SavedTransfer> = z.object({
  dataset: z.string().min(1),
  title: z.string(),
  method: z.enum(["linear", "fine-tune"]),
  encoder: z.enum(["trained", "untrained"]),
  folder: z.string(),
  step: count,
  asked: record,
  warnings: z.array(z.string()),
  published: z.array(
    z.object({ model: z.string(), linear: z.exactOptional(z.number()), fineTune: z.exactOptional(z.number()) }),
  ),
  protocol: z.string(),
  metrics: z.record(z.string(), z.number()),
  primary: z.string(),
  interval: z.tuple([z.number(), z.number()]),
  predictions: z.exactOptional(z.array(count)),
  confusion: z.exactOptional(z.array(z.array(count))),
  settings: record,
  counts: z.object({ train: count, validation: count, test: count, classes: count }),
  recipe: json,
  key: z.tuple([count, count]),
  versions: z.record(z.string(), z.string()),
  seconds: z.number().min(0),
});

/** `dtd-linear-trained.json`, below a run's folder. */
export function transferFile(
  runFolder: string,
  { dataset, method, encoder }: Pick<SavedTransfer, "dataset" | "method" | "encoder">,
): string {
  return join(runFolder, "transfer", `${dataset}-${method}-${encoder}.json`);
}

/** A result; undefined when there is none. @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED */
export function readTransfer(file: string): Promise<SavedTransfer | undefined> {
  return readJsonFile(file, savedTransfer, "Remove the file, or measure again: simclr transfer --again.");
}

/**
 * All of a run's results of one checkpoint: the paper's datasets in its order, then others.
 *
 * @throws SIMCLR_ERROR__CLI__RUN_FILE_DAMAGED
 */
export async function readTransfers(runFolder: string, step: number): Promise<SavedTransfer[]> {
  const folder = join(runFolder, "transfer");
  const names = (await readdir(folder).catch(() => [])).filter((name) => /-(un)?trained\.json$/.test(name)).sort();
  const read = await Promise.all(names.map((name) => readTransfer(join(folder, name))));
  const place = ({ dataset }: SavedTransfer) => {
    const at = publishedDatasets.findIndex(({ name }) => name === dataset);
    return at < 0 ? publishedDatasets.length : at;
  };
  const rank = (one: SavedTransfer) => `${one.dataset} ${one.method === "linear" ? 0 : 1} ${one.encoder}`;
  const current = read.filter((one) => one !== undefined).filter((one) => one.step === step);
  return current.sort((a, b) => place(a) - place(b) || (rank(a) < rank(b) ? -1 : 1));
}
