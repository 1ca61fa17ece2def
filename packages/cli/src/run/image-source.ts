import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { foldIn, randomKey } from "@simclr/core";
import {
  cached,
  cifar10,
  cifar100,
  type Dataset,
  type DecodingOptions,
  decodedCache,
  digits,
  splitDataset,
  stl10,
  subset,
} from "@simclr/data";
import type { Recipe } from "../recipe/recipe-schema.js";
import { datasetFolder, isDatasetName } from "./dataset-folder.js";
import { type FoundImages, findDataset } from "./find-dataset.js";
import { numberedClasses } from "./numbered-classes.js";
import { openImages } from "./open-images.js";
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

type Parts = Omit<ImageSource, "name">;

/**
 * Finds the images that a command names: `digits`; `cifar10`, `cifar100`, `stl10` or `tiny-imagenet`; or a path, whose files
 * tell what it is: binary files of CIFAR or STL-10, Tiny ImageNet, ImageNet, shards, a folder with `train` and `test` in it,
 * or any folder of images. Labelled images without a test set are split.
 *
 * @throws SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND, SIMCLR_ERROR__CLI__DATASET_NOT_FOUND, SIMCLR_ERROR__CLI__AMBIGUOUS_DATA, and the
 *   errors of the readers of @simclr/data
 */
export async function imageSource(
  data: string,
  recipe: SourceRecipe,
  options: ImageSourceOptions,
): Promise<ImageSource> {
  const name =
    data === "digits" && !existsSync(data) ? data : resolve(isDatasetName(data) ? datasetFolder(data) : data);
  const parts = await partsOf(name, recipe, options);
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

async function partsOf(name: string, recipe: SourceRecipe, options: ImageSourceOptions): Promise<Parts> {
  if (name === "digits") {
    const [train, test] = await Promise.all([digits({ split: "train" }), digits({ split: "test" })]);
    return { pretraining: train, bank: train, test, networkTest: test };
  }
  const found = await findDataset(name);
  switch (found.kind) {
    case "cifar10":
    case "cifar100": {
      const read = found.kind === "cifar10" ? cifar10 : cifar100;
      const [train, test] = await Promise.all([read(found.path), read(found.path, { split: "test" })]);
      return { pretraining: train, bank: train, test, networkTest: test };
    }
    case "stl10":
      return stl10Parts(found.path);
    default:
      return decodedParts(found, recipe, options);
  }
}

/** Pretraining is on the images without labels too, as in the papers; without their file on the labelled ones. */
async function stl10Parts(path: string): Promise<Parts> {
  const [train, test] = await Promise.all([stl10(path), stl10(path, { split: "test" })]);
  const isWhole = ["", "stl10_binary"].some((folder) => existsSync(join(path, folder, "unlabeled_X.bin")));
  const pretraining = isWhole ? await stl10(path, { split: "train+unlabeled" }) : train;
  return { pretraining: cached(pretraining), bank: train, networkTraining: train, test, networkTest: test };
}

async function decodedParts(
  found: FoundImages,
  recipe: SourceRecipe,
  { onWarning, channels }: ImageSourceOptions,
): Promise<Parts> {
  const { imageSize, data } = recipe;
  const ofSide = (side: number, fit: "contain" | "cover") => ({ imageSize: [side, side], fit }) as const;
  const isLarge = imageSize > 32;
  // A crop of a photo is cut from more pixels than a view has; an image of 32 pixels and less has no more of them.
  const whole: DecodingOptions = {
    ...ofSide(isLarge ? Math.round(1.5 * imageSize) : imageSize, "contain"),
    channels: channels ?? 3,
    onWarning: ({ path }) => onWarning(skipped(path)),
    decoder: await photoDecoder(),
    ...(data.cacheFolder !== null && { cache: await decodedCache(data.cacheFolder, { onWarning }) }),
  };
  const square = ofSide(imageSize, "cover");
  const uncropped = ofSide(isLarge ? Math.round(imageSize / 0.875) : imageSize, "cover");
  const opened = await openImages(found, data, whole, onWarning);
  const named = numberedClasses(opened);
  const [pretraining, bank] = [named(opened.train), named(await opened.train.decodedAs(square))];
  if (opened.test) {
    const test = named(await opened.test.decodedAs(square));
    const networkTest = named(await opened.test.decodedAs(uncropped));
    const labelled = bank.labels && test.labels && bank.classNames?.join() === test.classNames?.join();
    return { pretraining: cached(pretraining), bank, ...(labelled && { test, networkTest }) };
  }
  if (!bank.labels) return { pretraining: cached(pretraining), bank };
  const split = { fraction: 1 - recipe.evaluation.heldOutFraction, key: foldIn(randomKey(recipe.seed), "held out") };
  const [trained] = splitDataset(pretraining, split);
  const [first, test] = splitDataset(bank, split);
  const [, networkTest] = splitDataset(named(await opened.train.decodedAs(uncropped)), split);
  return { pretraining: cached(trained), bank: first, test, networkTest };
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
