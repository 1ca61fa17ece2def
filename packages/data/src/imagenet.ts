import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { assertFolder, linesOf } from "./assert-folder.js";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, noImages } from "./errors.js";
import { findImages, imageExtensions, sortedByBytes } from "./find-images.js";
import { folderLabels } from "./folder-labels.js";
import { imageFiles } from "./image-files.js";
import { invalidLabelList, labelledByList } from "./labelled-by-list.js";

export interface ImagenetOptions extends DecodingOptions {
  /** Default `"train"`. */
  readonly split?: "train" | "val";
  /**
   * The labels of a flat `val`, a text file of one line for each image: its WordNet id, in the order of the files' names;
   * or its file name and its WordNet id or index, separated by blanks or a comma (Caffe's `val.txt`, Kaggle's
   * `LOC_val_solution.csv`). Default: there is none, and `val` has a folder for each class.
   */
  readonly groundTruth?: string;
}

/**
 * ImageNet (ILSVRC 2012) in its usual folders, `train/<wnid>` and `val/<wnid>`, or `val` with all images side by side and a
 * list of their labels. Classes are ordered by their WordNet ids, those of the folders in `train`, whatever the split.
 *
 * The numbers of `ILSVRC2012_validation_ground_truth.txt` are in an order of their own, which only the development kit's
 * `meta.mat` knows: such a list is refused.
 *
 * @param path the folder of `train` and `val`
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER, SIMCLR_ERROR__DATA__NO_IMAGES,
 *   SIMCLR_ERROR__DATA__NO_CLASSES, SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__DATA__PACKAGE_MISSING,
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: as {@link imageFolder}
 * @throws SIMCLR_ERROR__DATA__INVALID_LABEL_LIST for a list that does not fit the images or the classes
 * @see Russakovsky et al. 2015
 * @example
 * ```ts no-run
 * import { imagenet } from "@simclr/data";
 * const train = await imagenet("ILSVRC2012", { imageSize: [320, 320] });
 * const groundTruth = "ILSVRC2012/imagenet_2012_validation_synset_labels.txt";
 * const val = await imagenet("ILSVRC2012", { split: "val", groundTruth, imageSize: [256, 256], fit: "cover", onCorrupt: "refuse" });
 * ```
 */
export async function imagenet(path: string, options: ImagenetOptions): Promise<DecodedDataset> {
  const { split = "train", groundTruth } = options;
  if (split !== "train" && split !== "val") throw invalidArgument("split", split, '"train" or "val"');
  if (groundTruth !== undefined && split !== "val") {
    throw invalidArgument("groundTruth", groundTruth, 'a list with split "val" alone');
  }
  assertDecodingOptions(options);
  const root = join(path, split);
  await assertFolder(root);
  const { paths, ...ignored } = await findImages(root, new Set(imageExtensions));
  if (paths.length === 0) throw noImages(root, [...imageExtensions], ignored);
  if (split === "train") return decodedDataset(imageFiles(root, paths, folderLabels(root, paths, "folders")), options);
  const classNames = await trainClasses(join(path, "train"));
  const named = groundTruth === undefined ? labelledByFolder(root, paths, classNames) : await labelledByTruth(groundTruth, paths, classNames); // biome-ignore format: one line
  return decodedDataset(imageFiles(root, paths, named), options);
}

async function trainClasses(train: string): Promise<string[]> {
  await assertFolder(train);
  const entries = await readdir(train, { withFileTypes: true });
  const folders = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith("."));
  return sortedByBytes(folders.map(({ name }) => name));
}

function labelledByFolder(root: string, paths: readonly string[], classNames: readonly string[]) {
  // It says what is wrong with images that lie in no folder.
  folderLabels(root, paths, "folders");
  return labelledByList(root, paths, classNames, (_, position) => paths[position]?.split("/")[0]);
}

async function labelledByTruth(list: string, paths: readonly string[], classNames: readonly string[]) {
  const rows = (await linesOf(list)).map((line) => line.trim().split(/[\s,]+/));
  const isHeader = rows[0]?.[0] === "ImageId";
  const truth = isHeader ? rows.slice(1) : rows;
  const byName = (truth[0]?.length ?? 0) > 1;
  if (!byName && truth.length !== paths.length) {
    throw invalidLabelList(list, truth.length, `${paths.length} lines, one for each image`, `${truth.length}`);
  }
  const number = truth.findIndex(([wnid]) => !byName && /^\d+$/.test(wnid as string));
  if (number >= 0) {
    throw invalidLabelList(list, number + 1, "WordNet ids, or file names with WordNet ids or indices", `"${truth[number]}", a number of the development kit's own order`); // biome-ignore format: one line
  }
  const stem = (name: string) => name.slice(name.lastIndexOf("/") + 1).replace(/\.[a-z]+$/i, "");
  const classOfStem = new Map(truth.map(([name, wnid]) => [stem(name as string), wnid]));
  const named = (text: string | undefined) => (text && /^\d+$/.test(text) ? (classNames[Number(text)] ?? text) : text);
  return labelledByList(list, paths, classNames, (name, position) =>
    named(byName ? classOfStem.get(stem(name)) : truth[position]?.[0]),
  );
}
