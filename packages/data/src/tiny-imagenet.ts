import { join } from "node:path";
import { assertFolder, folderOf, linesOf } from "./assert-folder.js";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, noImages } from "./errors.js";
import { findImages, imageExtensions, sortedByBytes } from "./find-images.js";
import { folderLabels } from "./folder-labels.js";
import { imageFiles } from "./image-files.js";
import { labelledByList } from "./labelled-by-list.js";

export interface TinyImagenetOptions extends Omit<DecodingOptions, "imageSize"> {
  /** 100,000 training images, 10,000 of validation, 10,000 of test, whose labels were never published. Default `"train"`. */
  readonly split?: "train" | "val" | "test";
  /** Default `[64, 64]`, the images' own. */
  readonly imageSize?: DecodingOptions["imageSize"];
}

/**
 * Tiny ImageNet: 64 x 64 images of 200 classes, named and ordered by their WordNet ids.
 *
 * @param path the folder of `train/<wnid>/images`, `val/images` and `val/val_annotations.txt`, or the one that
 *   `tiny-imagenet-200` lies in
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER, SIMCLR_ERROR__DATA__NO_IMAGES,
 *   SIMCLR_ERROR__DATA__NO_CLASSES, SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__DATA__PACKAGE_MISSING,
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @throws SIMCLR_ERROR__DATA__INVALID_LABEL_LIST for a validation image that the annotations leave out, or give a class
 *   without training images
 * @see Le and Yang 2015; http://cs231n.stanford.edu/tiny-imagenet-200.zip
 * @example
 * ```ts no-run
 * import { tinyImagenet } from "@simclr/data";
 * const val = await tinyImagenet("tiny-imagenet-200", { split: "val", onCorrupt: "refuse" });
 * ```
 */
export async function tinyImagenet(path: string, options: TinyImagenetOptions = {}): Promise<DecodedDataset> {
  const { split = "train", imageSize = [64, 64] } = options;
  if (!["train", "val", "test"].includes(split)) throw invalidArgument("split", split, '"train", "val" or "test"');
  assertDecodingOptions({ ...options, imageSize });
  const folder = await folderOf(path, "tiny-imagenet-200");
  const root = join(folder, split === "train" ? "train" : `${split}/images`);
  await assertFolder(root);
  const { paths, ...ignored } = await findImages(root, new Set(imageExtensions));
  if (paths.length === 0) throw noImages(root, [...imageExtensions], ignored);
  const named = split === "test" ? undefined : split === "train" ? folderLabels(root, paths, "folders") : await validationLabels(folder, paths); // biome-ignore format: one line
  return decodedDataset(imageFiles(root, paths, named), { ...options, imageSize });
}

async function validationLabels(folder: string, paths: readonly string[]) {
  const list = join(folder, "val", "val_annotations.txt");
  const wnidOf = new Map((await linesOf(list)).map((line) => line.split("\t").slice(0, 2) as [string, string]));
  const classNames = sortedByBytes((await linesOf(join(folder, "wnids.txt"))).map((line) => line.trim()));
  return labelledByList(list, paths, classNames, (name) => wnidOf.get(name));
}
