import { existsSync } from "node:fs";
import { join } from "node:path";
import { foldIn, randomKey } from "@simclr/core";
import { cached, type Dataset, type DecodingOptions, decodedCache, splitDataset, stl10, subset } from "@simclr/data";
import type { Recipe } from "../recipe/recipe-schema.js";
import { type DataParts, openData } from "./open-data.js";
import { photoDecoder } from "./photo-decoder.js";
import { shown } from "./run-settings.js";

/** The images of a run, read in the two ways that it needs. */
export interface ImageSource {
  /** What to read again: `digits`, or an absolute path. */
  readonly name: string;
  /** For training: whole images, out of which views are cut. */
  readonly pretraining: Dataset;
  /** The same images, or those that have labels, as the encoder sees them when it is measured and used: one square each. */
  readonly bank: Dataset;
  /** Those that have labels for training classifiers on. Default: `pretraining`. */
  readonly networkTraining?: Dataset;
  /** Labelled images that are not trained on; without labels there are none. */
  readonly test?: Dataset;
  /**
   * The same as a network that was trained on crops is tested: with the margin that its central crop, 0.875 of the side,
   * cuts off. Images of at most 32 pixels are not cropped, and have none.
   */
  readonly networkTest?: Dataset;
}

export interface ImageSourceOptions {
  /** Hears of files that cannot be decoded. */
  readonly onWarning: (message: string) => void;
  /** Default: what the images have, 1 for digits and 3 for files. */
  readonly channels?: 1 | 3;
}

type SourceRecipe = Pick<Recipe, "imageSize" | "exampleCount" | "seed" | "data"> & {
  readonly evaluation: Pick<Recipe["evaluation"], "heldOutFraction">;
};

/**
 * The images that a command names, as {@link openData} finds them. Labelled images without a test set are split.
 *
 * @throws SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND, SIMCLR_ERROR__CLI__DATASET_NOT_FOUND, SIMCLR_ERROR__CLI__AMBIGUOUS_DATA, and the
 *   errors of the readers of @simclr/data
 */
export async function imageSource(
  data: string,
  recipe: SourceRecipe,
  options: ImageSourceOptions,
): Promise<ImageSource> {
  const { name, ...parts } = await partsOf(data, recipe, { ...options, onWarning: once(options.onWarning) });
  if (recipe.exampleCount === null) return { name, ...parts };
  const { pretraining, bank, networkTraining } = parts;
  const some = (dataset: Dataset) => atMost(dataset, recipe.exampleCount as number);
  return {
    name,
    ...parts,
    pretraining: some(pretraining),
    bank: some(bank),
    ...(networkTraining && { networkTraining: some(networkTraining) }),
  };
}

/** The same images are decoded in several ways, and one that cannot be is warned of by the first. */
function once(print: (message: string) => void): (message: string) => void {
  const heard = new Set<string>();
  return (message) => {
    if (!heard.has(message)) print(message);
    heard.add(message);
  };
}

async function partsOf(data: string, recipe: SourceRecipe, options: ImageSourceOptions): Promise<ImageSource> {
  const { imageSize } = recipe;
  const ofSide = (side: number, fit: "contain" | "cover") => ({ imageSize: [side, side], fit }) as const;
  const isLarge = imageSize > 32;
  const { channels, onWarning } = options;
  const opened = await openData(data, {
    ...{ data: recipe.data, channels, onWarning },
    // A crop of a photo is cut from more pixels than a view has; an image of 32 pixels and less has no more of them.
    decoding: () => photos(ofSide(isLarge ? Math.round(1.5 * imageSize) : imageSize, "contain"), recipe, options),
  });
  const { name, kind, train, test } = opened;
  if (kind === "stl10") return { name, ...(await stl10Parts(name, opened)) };
  if (kind === "digits" || kind === "cifar10" || kind === "cifar100") {
    return { name, pretraining: train, bank: train, ...(test && { test, networkTest: test }) };
  }
  const square = await opened.decodedAs(ofSide(imageSize, "cover"));
  const uncropped = await opened.decodedAs(ofSide(isLarge ? Math.round(imageSize / 0.875) : imageSize, "cover"));
  const bank = square.train;
  if (square.test && uncropped.test) {
    const labelled = bank.labels && square.test.labels && bank.classNames?.join() === square.test.classNames?.join();
    const tests = { test: square.test, networkTest: uncropped.test };
    return { name, pretraining: cached(train), bank, ...(labelled && tests) };
  }
  if (!bank.labels) return { name, pretraining: cached(train), bank };
  const split = { fraction: 1 - recipe.evaluation.heldOutFraction, key: foldIn(randomKey(recipe.seed), "held out") };
  const [trained] = splitDataset(train, split);
  const [first, held] = splitDataset(bank, split);
  const [, networkTest] = splitDataset(uncropped.train, split);
  return { name, pretraining: cached(trained), bank: first, test: held, networkTest };
}

/** Pretraining is on the images without labels too, as in the papers; without their file on the labelled ones. */
async function stl10Parts(path: string, { train, test }: DataParts): Promise<Omit<ImageSource, "name">> {
  const isWhole = ["", "stl10_binary"].some((folder) => existsSync(join(path, folder, "unlabeled_X.bin")));
  const pretraining = isWhole ? await stl10(path, { split: "train+unlabeled" }) : train;
  const tests = test && { test, networkTest: test };
  return { pretraining: cached(pretraining), bank: train, networkTraining: train, ...tests };
}

async function photos(
  size: Pick<DecodingOptions, "imageSize" | "fit">,
  { data }: SourceRecipe,
  { onWarning, channels = 3 }: ImageSourceOptions,
): Promise<DecodingOptions> {
  return {
    ...size,
    channels,
    onWarning: ({ path }) => onWarning(skipped(path)),
    decoder: await photoDecoder(),
    ...(data.cacheFolder !== null && { cache: await decodedCache(data.cacheFolder, { onWarning }) }),
  };
}

/** What the user hears of a file that cannot be decoded. */
export function skipped(path: string): string {
  return `Skipped ${shown(path)}: it cannot be decoded.`;
}

/** So many of a dataset's indices, evenly spaced: where classes lie side by side, each keeps its share. */
export function evenlySpaced(length: number, count: number): number[] {
  const chosen = Math.min(length, count);
  return Array.from({ length: chosen }, (_, i) => Math.floor((i * length) / chosen));
}

/** At most so many images of a dataset. */
export function atMost(dataset: Dataset, count: number): Dataset {
  return count >= dataset.length ? dataset : subset(dataset, evenlySpaced(dataset.length, count));
}
