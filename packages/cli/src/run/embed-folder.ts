import { extname, resolve } from "node:path";
import { imageFolder } from "@simclr/data";
import { embed, type Features } from "@simclr/evaluation";
import { useTensorFlow } from "@simclr/runtime";
import { loadEncoder } from "@simclr/training";
import { invalidOption } from "../errors.js";
import { openTerminal, type Terminal } from "../terminal/terminal.js";
import { type EmbeddedImages, isEmbeddingFormat, writeEmbeddings } from "./embedding-file.js";
import { skipped } from "./image-source.js";
import { photoDecoder } from "./photo-decoder.js";
import { recipeCompile } from "./recipe-compile.js";
import { readRunSettings } from "./run-settings.js";

export interface EmbedFolderOptions {
  readonly runFolder: string;
  /** The images, at any depth. */
  readonly folder: string;
  /** A `.safetensors`, `.npy` or `.json` file. */
  readonly output: string;
  readonly terminal?: Terminal;
}

export interface EmbedFolderResult {
  /** How many images were embedded. */
  readonly count: number;
  /** Numbers for each image. */
  readonly size: number;
  /** The paths of files that could not be decoded, below the folder. */
  readonly skipped: readonly string[];
}

/**
 * `simclr embed` as a function: a vector for every image of a folder. Files that cannot be decoded are named and left out.
 *
 * @throws SIMCLR_ERROR__CLI__INVALID_OPTION, SIMCLR_ERROR__CLI__RUN_NOT_FOUND, and the errors of `imageFolder`
 */
export async function embedFolder(options: EmbedFolderOptions): Promise<EmbedFolderResult> {
  const { folder, output, terminal = openTerminal() } = options;
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
    const images = await imageFolder(folder, {
      imageSize: [recipe.imageSize, recipe.imageSize],
      fit: "cover",
      channels: encoder.backbone.spec.inputChannels === 1 ? 1 : 3,
      decoder: await photoDecoder(),
      onWarning: ({ path }) => {
        broken.add(resolve(path));
        terminal.print(skipped(path));
      },
    });
    const progress = terminal.progress({ title: "Embedding", total: images.length });
    const features = await embed(encoder.encode, images, { onProgress: (done) => progress.update(done) }).finally(
      progress.stop,
    );
    const isBroken = (path: string) => broken.has(resolve(folder, path));
    const kept = [...images.paths.keys()].filter((index) => !isBroken(images.paths[index] as string));
    await writeEmbeddings(resolve(output), format, pick(features, kept, images));
    return { count: kept.length, size: features.size, skipped: images.paths.filter(isBroken) };
  } finally {
    encoder.dispose();
  }
}

function pick(
  { values, size }: Features,
  kept: readonly number[],
  { paths, labels, classNames }: { paths: readonly string[]; labels?: Int32Array; classNames?: readonly string[] },
): EmbeddedImages {
  const features = new Float32Array(kept.length * size);
  for (const [row, index] of kept.entries())
    features.set(values.subarray(index * size, (index + 1) * size), row * size);
  return {
    features,
    size,
    paths: kept.map((index) => paths[index] as string),
    ...(labels && classNames && { labels: Int32Array.from(kept, (index) => labels[index] as number), classNames }),
  };
}
