import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { foldIn, randomKey } from "@simclr/core";
import { cached, cifar10, type Dataset, digits, imageFolder, splitDataset, subset } from "@simclr/data";
import { simclrError } from "../errors.js";
import type { Recipe } from "../recipe/recipe-schema.js";
import { photoDecoder } from "./photo-decoder.js";
import { shown } from "./run-settings.js";

/** The images of a run, read in the two ways that it needs. */
export interface ImageSource {
  /** What to read again: `digits`, or an absolute path. */
  readonly name: string;
  /** For training: whole images, out of which views are cut. */
  readonly pretraining: Dataset;
  /** The same images as the encoder sees them when it is measured and used: one square each. */
  readonly bank: Dataset;
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

type SourceRecipe = Pick<Recipe, "imageSize" | "exampleCount" | "seed"> & {
  readonly evaluation: Pick<Recipe["evaluation"], "heldOutFraction">;
};

interface Parts {
  readonly pretraining: Dataset;
  readonly bank: Dataset;
  readonly test?: Dataset;
  readonly networkTest?: Dataset;
}

/**
 * Finds the images that a command names: `digits`, `cifar10`, a folder of CIFAR-10's binary files, a folder with `train`
 * and `test` in it, or any folder of images. Labelled images without a test set are split.
 *
 * @throws SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND, and the errors of `imageFolder`, `cifar10` and `digits` of @simclr/data
 */
export async function imageSource(
  data: string,
  recipe: SourceRecipe,
  options: ImageSourceOptions,
): Promise<ImageSource> {
  const name = data === "digits" && !existsSync(data) ? data : resolve(data === "cifar10" ? cifarFolder() : data);
  const parts = await partsOf(name, recipe, options);
  if (recipe.exampleCount === null || recipe.exampleCount >= parts.pretraining.length) return { name, ...parts };
  const chosen = evenlySpaced(parts.pretraining.length, recipe.exampleCount);
  return { name, ...parts, pretraining: subset(parts.pretraining, chosen), bank: subset(parts.bank, chosen) };
}

async function partsOf(
  name: string,
  recipe: SourceRecipe,
  { onWarning, channels }: ImageSourceOptions,
): Promise<Parts> {
  if (name === "digits") {
    const [train, test] = await Promise.all([digits({ split: "train" }), digits({ split: "test" })]);
    return { pretraining: train, bank: train, test, networkTest: test };
  }
  const names = existsSync(name) ? await readdir(name).catch(() => []) : [];
  if (names.includes("data_batch_1.bin") || names.includes("cifar-10-batches-bin")) {
    const [train, test] = await Promise.all([cifar10(name), cifar10(name, { split: "test" })]);
    return { pretraining: train, bank: train, test, networkTest: test };
  }
  const read = {
    channels: channels ?? 3,
    onWarning: ({ path }: { path: string }) => onWarning(skipped(path)),
    decoder: await photoDecoder(),
  };
  const { imageSize } = recipe;
  // A crop of a photo is cut from more pixels than a view has; an image of 32 pixels and less has no more of them.
  const side = imageSize > 32 ? Math.round(1.5 * imageSize) : imageSize;
  const whole = { ...read, imageSize: [side, side], fit: "contain" } as const;
  const square = { ...read, imageSize: [imageSize, imageSize], fit: "cover" } as const;
  const withMargin = imageSize > 32 ? Math.round(imageSize / 0.875) : imageSize;
  const uncropped = { ...square, imageSize: [withMargin, withMargin] } as const;
  const inside = (known: readonly string[]) => names.find((entry) => known.includes(entry.toLowerCase()));
  const trainName = inside(["train", "training"]);
  const testName = inside(["test", "testing", "val", "valid", "validation"]);
  if (trainName && testName) {
    const [pretraining, bank, test, networkTest] = await Promise.all([
      imageFolder(join(name, trainName), whole),
      imageFolder(join(name, trainName), square),
      imageFolder(join(name, testName), square),
      imageFolder(join(name, testName), uncropped),
    ]);
    const labelled = bank.labels && test.labels && bank.classNames?.join() === test.classNames?.join();
    return { pretraining: cached(pretraining), bank, ...(labelled && { test, networkTest }) };
  }
  const [pretraining, bank, tested] = await Promise.all([
    imageFolder(name, whole),
    imageFolder(name, square),
    imageFolder(name, uncropped),
  ]);
  if (!bank.labels) return { pretraining: cached(pretraining), bank };
  const split = { fraction: 1 - recipe.evaluation.heldOutFraction, key: foldIn(randomKey(recipe.seed), "held out") };
  const [trained] = splitDataset(pretraining, split);
  const [first, second] = splitDataset(bank, split);
  const [, networkTest] = splitDataset(tested, split);
  return { pretraining: cached(trained), bank: first, test: second, networkTest };
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

function cifarFolder(): string {
  const names = ["cifar10", "cifar-10-batches-bin"];
  const places = names.flatMap((folder) => [folder, join("data", folder)]);
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw simclrError(
    "SIMCLR_ERROR__CLI__CIFAR_NOT_FOUND",
    { lookedIn: places },
    {
      expected: `CIFAR-10 in one of ${places.map((place) => `./${place}`).join(", ")}`,
      received: `none of them in ${basename(process.cwd())}`,
      remedy:
        "Unpack the binary version from https://www.cs.toronto.edu/~kriz/cifar.html here, or name its folder: simclr pretrain <folder>. A folder of images in train/<class> and test/<class> does too.",
    },
  );
}
