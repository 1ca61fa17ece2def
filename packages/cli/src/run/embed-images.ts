import { dirname, extname, relative, resolve, sep } from "node:path";
import type { DecodingOptions } from "@simclr/data";
import { embed } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { loadEncoder } from "@simclr/training";
import { invalidOption } from "../errors.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { type EmbeddedImages, isEmbeddingFormat, writeEmbeddings } from "./embedding-file.js";
import { skipped } from "./image-source.js";
import { type DataPart, type OpenedData, openData } from "./open-data.js";
import { photoDecoder } from "./photo-decoder.js";
import { recipeCompile } from "./recipe-compile.js";
import { readRunSettings } from "./run-settings.js";

export interface EmbedImagesOptions {
  readonly runFolder: string;
  /** The images: a name or a path, as for `pretrainRun`. */
  readonly data: string;
  /** Default: both, the train images first. */
  readonly part?: "train" | "test" | undefined;
  /** A `.safetensors`, `.npy` or `.json` file. */
  readonly output: string;
  readonly terminal?: Terminal;
}

export interface EmbedImagesResult {
  /** How many images were embedded. */
  readonly count: number;
  /** Numbers for each image. */
  readonly size: number;
  /** The paths of images that could not be decoded, as the others have them in the file. */
  readonly skipped: readonly string[];
}

/**
 * `simclr embed` as a function: a vector for every image of a dataset. Images that cannot be decoded are named and left out.
 *
 * An image's path is that of its file below the folder; of one within a shard the shard's, and its place there; of one that is
 * in no file of its own its part and number, `train/17`.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION, SIMCLR_ERROR__CLI__RUN_NOT_FOUND, SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND,
 *   SIMCLR_ERROR__CLI__DATASET_NOT_FOUND, SIMCLR_ERROR__CLI__AMBIGUOUS_DATA, and the errors of the readers of @simclr/data
 */
export async function embedImages(options: EmbedImagesOptions): Promise<EmbedImagesResult> {
  const { data, part, output, terminal = openTerminal() } = options;
  const format = extname(output).toLowerCase();
  if (!isEmbeddingFormat(format)) {
    throw invalidOption("--output", output, "a .safetensors, .npy or .json file", "Its ending chooses the format.");
  }
  const runFolder = resolve(options.runFolder);
  const { recipe } = await readRunSettings(runFolder);
  await useTensorFlow();
  const encoder = await loadEncoder(runFolder, { compile: recipeCompile(recipe) });
  try {
    const broken = new Set<string>();
    const channels = encoder.backbone.spec.inputChannels === 1 ? 1 : 3;
    const decoding = async (): Promise<DecodingOptions> => ({
      ...{ imageSize: [recipe.imageSize, recipe.imageSize], fit: "cover", channels },
      decoder: await photoDecoder(),
      onWarning: ({ path }) => {
        broken.add(path);
        terminal.print(skipped(path));
      },
    });
    const opened = await openData(data, { data: recipe.data, decoding, channels, onWarning: terminal.print });
    const parts = partsOf(opened, part);
    const total = parts.reduce((sum, { images }) => sum + images.length, 0);
    const progress = terminal.progress({ title: "Embedding", total });
    const rows: Row[] = [];
    let size = 0;
    try {
      for (const { name, images } of parts) {
        const before = rows.length;
        const onProgress = (done: number) => progress.update(before + done);
        const features = await embed(encoder.encode, images, { onProgress });
        size = features.size;
        for (let index = 0; index < images.length; index++) {
          const path = images.pathOf?.(index);
          rows.push({
            path: path === undefined ? `${name}/${index}` : below(opened.name, path),
            isBroken: path !== undefined && broken.has(path),
            label: images.labels?.[index],
            features: features.values.subarray(index * size, (index + 1) * size),
          });
        }
      }
    } finally {
      progress.stop();
    }
    const kept = rows.filter(({ isBroken }) => !isBroken);
    await writeEmbeddings(resolve(output), format, embedded(kept, size, parts));
    return { count: kept.length, size, skipped: rows.filter(({ isBroken }) => isBroken).map(({ path }) => path) };
  } finally {
    encoder.dispose();
  }
}

interface Row {
  readonly path: string;
  readonly isBroken: boolean;
  readonly label: number | undefined;
  readonly features: Float32Array;
}

interface Part {
  readonly name: "train" | "test";
  readonly images: DataPart;
}

function partsOf({ name, train, test }: OpenedData, asked: EmbedImagesOptions["part"]): Part[] {
  const all: Part[] = [{ name: "train", images: train }, ...(test ? [{ name: "test" as const, images: test }] : [])];
  const chosen = all.filter((part) => asked === undefined || part.name === asked);
  if (chosen.length > 0) return chosen;
  const remedy = "Leave --part out: all images are embedded.";
  throw invalidOption("--part", String(asked), `a part of ${name}: ${all.map((part) => part.name).join(", ")}`, remedy);
}

/** A file's path below a folder, or beside a shard, with `/`. */
function below(data: string, path: string): string {
  const root = path.startsWith(`${data}${sep}`) ? data : dirname(data);
  return relative(root, path).split(sep).join("/");
}

/** Labels are there where they mean the same in every part. */
function embedded(rows: readonly Row[], size: number, parts: readonly Part[]): EmbeddedImages {
  const features = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    features.set(row.features, i * size);
  });
  const classNames = parts[0]?.images.classNames;
  const isLabelled = parts.every(({ images }) => images.labels && images.classNames?.join() === classNames?.join());
  return {
    ...{ features, size, paths: rows.map(({ path }) => path) },
    ...(isLabelled && classNames && { labels: Int32Array.from(rows, ({ label }) => label as number), classNames }),
  };
}
