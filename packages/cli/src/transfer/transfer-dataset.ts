import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Dataset, type ImageFolder, imageFolder, subset } from "@simclr/data";
import type { EvaluationDatasets, MultiLabelDataset, MultiLabelDatasets } from "@simclr/evaluation";
import { photoDecoder } from "../run/photo-decoder.js";
import { readMultiLabels } from "./multi-label-truth.js";
import { type NamedImage, type SplitImages, splitImages } from "./split-images.js";
import type { TransferDescriptor } from "./transfer-descriptor.js";
import { classEmpty, folderMissing, labelUnknown } from "./transfer-errors.js";

export interface TransferDatasetOptions {
  /** Height and width of the images that an encoder sees. */
  readonly imageSize: number;
  /** Default 3. */
  readonly channels?: 1 | 3;
  /** Hears of sizes unlike the published ones. */
  readonly onWarning?: (message: string) => void;
}

/** Images of one class each, in the readings that the methods need. */
export interface SingleLabelTransfer {
  readonly kind: "single";
  readonly metric: "top1" | "meanPerClass";
  /** The centre square, as an encoder sees it. */
  readonly features: Required<EvaluationDatasets>;
  /** Whole images to crop from, and validation and test images with the margin that the central crop cuts off. */
  readonly training: Required<EvaluationDatasets> & { readonly trainAndValidation: Dataset };
}

/** Images that may show several classes, in the same readings. */
export interface MultiLabelTransfer {
  readonly kind: "multi";
  readonly metric: "vocMeanAveragePrecision11";
  readonly features: Required<MultiLabelDatasets>;
  readonly training: Required<MultiLabelDatasets> & { readonly trainAndValidation: MultiLabelDataset };
}

export type TransferDataset = (SingleLabelTransfer | MultiLabelTransfer) & { readonly warnings: readonly string[] };

/**
 * A dataset by its descriptor: train, validation and test images with labels, and the metric. Labels are the train part's
 * classes, sorted. An image that cannot be decoded is an error, when it is read.
 *
 * @param folder where it lies
 * @throws SIMCLR_ERROR__CLI__TRANSFER_FOLDER_MISSING, ..._SPLIT_MISSING, ..._LIST_INVALID, ..._IMAGES_MISSING,
 *   ..._CLASS_EMPTY, ..._LABEL_UNKNOWN, and the errors of `imageFolder`
 * @see Chen et al. 2020, appendix B.8
 * @example
 * ```ts
 * import { parseTransferDescriptor, transferDataset } from "simclr";
 * const split = { kind: "random", images: ".", trainShare: 0.5 };
 * const photos = parseTransferDescriptor({ name: "photos", split });
 * const read = (folder: string) => transferDataset(folder, photos, { imageSize: 32 });
 * // const { features, metric } = await read("photos");
 * ```
 */
export async function transferDataset(
  folder: string,
  descriptor: TransferDescriptor,
  { imageSize, channels = 3, onWarning = () => {} }: TransferDatasetOptions,
): Promise<TransferDataset> {
  const root = resolve(folder);
  if (!existsSync(root)) throw folderMissing(descriptor.name, root, descriptor.layout);
  const decoder = await photoDecoder();
  const read: ReadFolder = (side, fit) =>
    imageFolder(root, { imageSize: [side, side], fit, labels: "none", onCorrupt: "refuse", channels, decoder });
  const square = await read(imageSize, "cover");
  const parts = await splitImages(root, descriptor, square.paths);
  const warnings = sizeWarnings(descriptor, parts);
  const pick = (from: ImageFolder, images: readonly NamedImage[]) => subset(from, indicesOf(from, images));
  if (descriptor.metric === "vocMeanAveragePrecision11") {
    const { classNames, truthOf } = await readMultiLabels(root, descriptor);
    warnings.push(...classWarnings(descriptor, classNames.length));
    warnings.forEach(onWarning);
    const truthOfPart = (part: string, images: readonly NamedImage[]) => truthOf(part, images.map(({ path }) => path)); // biome-ignore format: one line
    for (const what of ["train", "validation", "test"] as const) {
      const truth = truthOfPart(what, parts[what]);
      classNames.forEach((className, label) => {
        const isShown = truth.some((value, i) => value === 1 && i % classNames.length === label);
        if (!isShown) throw classEmpty(descriptor.name, what, className, 1, 0);
      });
    }
    const several = (from: ImageFolder, images: readonly NamedImage[]) => ({
      ...pick(from, images),
      classNames,
      truth: truthOfPart("labelled", images),
    });
    return { kind: "multi", metric: descriptor.metric, ...(await readings(square, read, parts, several)), warnings };
  }
  const classNames = [...new Set(parts.train.map(({ className }) => className))].sort();
  warnings.push(...classWarnings(descriptor, classNames.length));
  for (const what of ["validation", "test"] as const) assertClasses(descriptor.name, what, parts[what], classNames);
  warnings.forEach(onWarning);
  const labelled = (from: ImageFolder, images: readonly NamedImage[]) =>
    withLabels(pick(from, images), images.map(({ className }) => classNames.indexOf(className)), classNames); // biome-ignore format: one line
  return { kind: "single", metric: descriptor.metric, ...(await readings(square, read, parts, labelled)), warnings };
}

type ReadFolder = (side: number, fit: "cover" | "contain") => Promise<ImageFolder>;

/** The parts as an encoder sees them, and as a training does. */
async function readings<Labelled>(
  square: ImageFolder,
  read: ReadFolder,
  { train, validation, test }: SplitImages,
  labelled: (from: ImageFolder, images: readonly NamedImage[]) => Labelled,
) {
  const [imageSize] = square.imageShape;
  // A crop of a photo is cut from more pixels than it has; an image of 32 pixels and less has no more of them.
  const isLarge = imageSize > 32;
  const whole = await read(isLarge ? Math.round(1.5 * imageSize) : imageSize, "contain");
  const uncropped = isLarge ? await read(Math.round(imageSize / 0.875), "cover") : square;
  return {
    features: {
      train: labelled(square, train),
      validation: labelled(square, validation),
      test: labelled(square, test),
    },
    training: {
      train: labelled(whole, train),
      validation: labelled(uncropped, validation),
      test: labelled(uncropped, test),
      trainAndValidation: labelled(whole, [...train, ...validation]),
    },
  };
}

function indicesOf({ paths }: ImageFolder, images: readonly NamedImage[]): number[] {
  const indexOf = new Map(paths.map((path, index) => [path, index]));
  return images.map(({ path }) => indexOf.get(path) as number);
}

function withLabels(dataset: Dataset, labels: readonly number[], classNames: readonly string[]): Dataset {
  return {
    ...dataset,
    classNames,
    labels: Int32Array.from(labels),
    async read(indices) {
      const batch = await dataset.read(indices);
      return { ...batch, labels: batch.indices.map((index) => labels[index] as number) };
    },
  };
}

function assertClasses(
  dataset: string,
  what: string,
  images: readonly NamedImage[],
  classNames: readonly string[],
): void {
  const known = new Set(classNames);
  const stranger = images.find(({ className }) => !known.has(className));
  if (stranger) throw labelUnknown(dataset, what, stranger.path, stranger.className);
  const present = new Set(images.map(({ className }) => className));
  const absent = classNames.find((className) => !present.has(className));
  if (absent !== undefined) throw classEmpty(dataset, what, absent, 1, 0);
}

/** What the published numbers of images are not. Without a published validation part, ours is out of the train images. */
function sizeWarnings(
  { title, name, sizes }: TransferDescriptor,
  parts: { readonly [Part in "train" | "validation" | "test"]: readonly NamedImage[] },
): string[] {
  if (!sizes) return [];
  const whole = sizes.validation === undefined;
  const found = { train: parts.train.length + (whole ? parts.validation.length : 0), validation: parts.validation.length, test: parts.test.length }; // biome-ignore format: one line
  return (["train", "validation", "test"] as const).flatMap((part) => {
    const published = sizes[part];
    if (published === undefined || published === found[part]) return [];
    return [
      `${title ?? name} has ${found[part].toLocaleString("en")} ${part} images; published are ${published.toLocaleString("en")}.`,
    ];
  });
}

function classWarnings({ title, name, classCount }: TransferDescriptor, found: number): string[] {
  if (classCount === undefined || classCount === found) return [];
  return [`${title ?? name} has ${found} classes; published are ${classCount}.`];
}
