import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidShard } from "./errors.js";
import { imageExtensions } from "./find-images.js";
import { withRanges } from "./read-range.js";
import { type ShardImage, shardImages } from "./shard-images.js";
import { shardPaths } from "./shard-paths.js";
import { type TarEntry, tarIndex } from "./tar-index.js";

export interface WebDatasetOptions extends DecodingOptions {
  /** The property of a sample's `.json` that is its label, where it has no `.cls`. Default `"label"`. */
  readonly labelKey?: string;
  readonly classNames?: readonly string[];
}

/**
 * Images in tar files as WebDataset has them: the files of a sample follow each other and are called alike up to the
 * first dot, `0001.jpg` and `0001.cls` or `0001.json`.
 *
 * Opening reads the tar headers and the labels; from then on any image is read alone, in any order. Of a sample's files
 * the first image counts. Files whose names start with a dot are passed over.
 *
 * @param paths a file, `train-{000..146}.tar`, a folder of files ending in `.tar`, or a list of these
 * @throws SIMCLR_ERROR__DATA__INVALID_SHARD for a file that is no tar file or ends early, a sample without an image, and
 *   labels for some images only
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NO_SHARDS, SIMCLR_ERROR__DATA__UNREADABLE,
 *   SIMCLR_ERROR__DATA__PACKAGE_MISSING, SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @see Aizman et al. 2019; https://github.com/webdataset/webdataset, "The WebDataset Format"
 * @example
 * ```ts no-run
 * import { webDataset } from "@simclr/data";
 * const train = await webDataset("imagenet/train-{000..146}.tar", { imageSize: [320, 320] });
 * ```
 */
export async function webDataset(
  paths: string | readonly string[],
  options: WebDatasetOptions,
): Promise<DecodedDataset> {
  assertDecodingOptions(options);
  const { labelKey = "label", classNames } = options;
  const images: ShardImage[] = [];
  for (const shard of await shardPaths(paths, ".tar")) {
    const samples = samplesOf(await tarIndex(shard));
    if (samples.length === 0) throw invalidShard(shard, "at least one sample", "none");
    await withRanges(shard, async (file) => {
      for (const { key, files } of samples) {
        const image = imageExtensions.map((end) => files.get(end.slice(1))).find((entry) => entry !== undefined);
        if (!image) throw invalidShard(shard, "an image in every sample", `${[...files.keys()]} for ${key}`);
        const text = async ({ start, length }: TarEntry) => (await file.read(start, length)).toString("utf8");
        const [cls, json] = [files.get("cls"), files.get("json")];
        const label = cls ? numberIn(await text(cls)) : json && labelIn(shard, key, await text(json), labelKey);
        images.push({ shard, name: image.path, start: image.start, length: image.length, label });
      }
    });
  }
  return decodedDataset(shardImages(images, classNames), options);
}

interface Sample {
  readonly key: string;
  /** By what comes after the first dot, in lower case. */
  readonly files: Map<string, TarEntry>;
}

function samplesOf(entries: readonly TarEntry[]): Sample[] {
  const samples: Sample[] = [];
  for (const entry of entries) {
    const name = entry.path.lastIndexOf("/") + 1;
    const dot = entry.path.indexOf(".", name);
    if (dot <= name) continue;
    const key = entry.path.slice(0, dot);
    if (samples.at(-1)?.key !== key) samples.push({ key, files: new Map() });
    samples.at(-1)?.files.set(entry.path.slice(dot + 1).toLowerCase(), entry);
  }
  return samples;
}

/** NaN, which is then refused as a label, for a text that is no number. */
function numberIn(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function labelIn(shard: string, key: string, text: string, labelKey: string): number | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[labelKey];
    return value === undefined || value === null ? undefined : Number(value);
  } catch (cause) {
    throw invalidShard(shard, "JSON in every .json", `something else for ${key}`, cause);
  }
}
