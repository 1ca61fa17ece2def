import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { arrowFiles } from "@simclr/data";
import { simclrError } from "../errors.js";

export type ShardFormat = "webDataset" | "tfRecord" | "parquet" | "arrow";

export interface FoundShards {
  readonly kind: "shards";
  readonly format: ShardFormat;
  /** What `webDataset`, `tfRecord`, `parquet` or `arrow` take: paths, or a pattern. */
  readonly train: readonly string[];
  /** What may be tested on, the likeliest first: a published test part may have no labels. */
  readonly tests: readonly (readonly string[])[];
  /** Shards whose names are of no part, where those of others are. */
  readonly leftOut: readonly string[];
}

const formats: Readonly<Record<string, ShardFormat>> = {
  ".tar": "webDataset",
  ".tfrecord": "tfRecord",
  ".tfrecords": "tfRecord",
  ".parquet": "parquet",
  ".arrow": "arrow",
};
const imageEndings = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"]);
export const trainNames = ["train", "training"];
export const validationNames = ["val", "valid", "validation"];
export const testNames = ["test", "testing"];

/** What a file is by its name; TensorFlow's scripts give theirs no ending: `train-00000-of-01024`. */
export function shardFormat(path: string): ShardFormat | undefined {
  return formats[extname(path).toLowerCase()] ?? (/-\d{5}-of-\d{5}$/.test(path) ? "tfRecord" : undefined);
}

/**
 * The shards in a folder, or in the folders in it; nothing where there are images, or folders further down.
 *
 * @throws SIMCLR_ERROR__CLI__AMBIGUOUS_DATA for shards of several kinds, or of several datasets
 */
export async function findShards(folder: string): Promise<FoundShards | undefined> {
  const top = await listed(folder);
  if (!top) return undefined;
  const shards = top.shards;
  for (const inner of top.folders) {
    const below = await listed(join(folder, inner));
    if (!below || below.folders.length > 0) return undefined;
    shards.push(...below.shards.map((name) => join(inner, name)));
  }
  if (shards.length === 0) return undefined;
  const kinds = [...new Set(shards.map((name) => shardFormat(name) as ShardFormat))];
  if (kinds.length > 1) throw ambiguousData(folder, "shards of one kind", shards);
  // train/ and test/ are one dataset; two other folders are two.
  const places = new Set(shards.map(dirname).map((place) => (partOf(join(place, "_")) ? "parts" : place)));
  if (places.size > 1) throw ambiguousData(folder, "the shards of one dataset", [...new Set(shards.map(dirname))]);
  return parted(folder, kinds[0] as ShardFormat, shards);
}

function parted(folder: string, format: ShardFormat, shards: readonly string[]): FoundShards {
  const of = (part: string | undefined) =>
    shards.filter((name) => partOf(name) === part).map((name) => join(folder, name));
  const [train, test, validation, others] = ["train", "test", "validation", undefined].map(of) as [string[], string[], string[], string[]]; // biome-ignore format: one line
  if (train.length === 0) {
    return { kind: "shards", format, train: shards.map((name) => join(folder, name)), tests: [], leftOut: [] };
  }
  return { kind: "shards", format, train, tests: [test, validation].filter(({ length }) => length > 0), leftOut: others }; // biome-ignore format: one line
}

/** By the words of its name, or else of its folder's. */
function partOf(path: string): "train" | "validation" | "test" | undefined {
  for (const name of [basename(path), dirname(path)]) {
    const words = name.toLowerCase().split(/[^a-z]+/);
    if (words.some((word) => trainNames.includes(word))) return "train";
    if (words.some((word) => validationNames.includes(word))) return "validation";
    if (words.some((word) => testNames.includes(word))) return "test";
  }
  return undefined;
}

/** Nothing where there is an image: then it is a folder of images, whatever else is in it. */
async function listed(folder: string): Promise<{ shards: string[]; folders: string[] } | undefined> {
  // What cannot be read is for the reader of images to say.
  const all = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  const entries = all?.filter(({ name }) => !name.startsWith("."));
  if (!entries || entries.some(({ name }) => imageEndings.has(extname(name).toLowerCase()))) return undefined;
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const named = entries.filter((entry) => !entry.isDirectory() && shardFormat(entry.name)).map(({ name }) => name);
  // Of what `datasets` saved, its own list says which files count.
  const tables = named.some((name) => shardFormat(name) === "arrow") ? await arrowFiles(folder) : [];
  const shards = [...named.filter((name) => shardFormat(name) !== "arrow"), ...tables];
  return { shards: shards.sort(), folders: folders.sort() };
}

/** A folder that could be read in several ways. */
export function ambiguousData(folder: string, expected: string, found: readonly string[]) {
  const shown = found.length > 5 ? [...found.slice(0, 5), `${found.length - 5} more`] : found;
  return simclrError(
    "SIMCLR_ERROR__CLI__AMBIGUOUS_DATA",
    { folder, found: [...found] },
    {
      expected: `${expected} in ${folder}`,
      received: shown.join(", "),
      remedy: `Name one of them, or several by a pattern: ${join(folder, "train-{000..009}.tar")}.`,
    },
  );
}
