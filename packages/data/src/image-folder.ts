import { assertFolder } from "./assert-folder.js";
import { assertDecodingOptions, type DecodedDataset, type DecodingOptions, decodedDataset } from "./decoded-dataset.js";
import { invalidArgument, noImages } from "./errors.js";
import { findImages, imageExtensions } from "./find-images.js";
import { folderLabels } from "./folder-labels.js";
import { imageFiles } from "./image-files.js";

export interface ImageFolderOptions extends DecodingOptions {
  /**
   * Where labels come from: `"folders"`, the first folder below the root; `"none"`; or `"auto"`, the default: from the
   * folders, when there are at least two, every image lies in one, and they are not named like parts (`train`, `test`).
   */
  readonly labels?: "folders" | "none" | "auto";
  /** Which files are images, by the ends of their names in any case. Default: those of JPEG, PNG, WebP, AVIF, TIFF and GIF. */
  readonly extensions?: readonly string[];
  /** Takes at most so many images, evenly spaced over the sorted paths, so that every class keeps its share. Default: all. */
  readonly limit?: number;
}

/** A dataset that knows its files. */
export interface ImageFolder extends DecodedDataset {
  readonly root: string;
  /** `[length]`: every image's path below the root, with `/`. */
  readonly paths: readonly string[];
  /** How many files below the root are no images, and how many files and folders are hidden. */
  readonly ignored: { readonly otherFileCount: number; readonly hiddenCount: number };
}

/**
 * The images below a folder, at any depth, decoded when they are read.
 *
 * @throws SIMCLR_ERROR__DATA__PATH_MISSING, SIMCLR_ERROR__DATA__NOT_A_FOLDER, SIMCLR_ERROR__DATA__NO_IMAGES,
 *   SIMCLR_ERROR__DATA__NO_CLASSES, SIMCLR_ERROR__DATA__UNREADABLE, SIMCLR_ERROR__DATA__PACKAGE_MISSING,
 *   SIMCLR_ERROR__CORE__INVALID_ARGUMENT; reading: SIMCLR_ERROR__DATA__CORRUPT_IMAGE,
 *   SIMCLR_ERROR__DATA__ALL_IMAGES_CORRUPT, SIMCLR_ERROR__DATA__UNREADABLE
 * @example
 * ```ts
 * import { imageFolder } from "@simclr/data";
 * const photos = await imageFolder("photos", { imageSize: [32, 32] }); // photos/cats/0.jpg, 64 wide and 48 high, ...
 * const batch = await photos.read([0]);
 * console.log(photos.classNames, batch.shape, batch.imageSizes); // ["cats", "dogs"] [1, 32, 32, 3] [[24, 32]]
 * ```
 */
export async function imageFolder(root: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const { labels: wanted = "auto", extensions = imageExtensions, limit } = options;
  assertDecodingOptions(options);
  if (!["folders", "none", "auto"].includes(wanted))
    throw invalidArgument("labels", wanted, '"folders", "none" or "auto"');
  if (limit !== undefined && !isPositiveInteger(limit)) throw invalidArgument("limit", limit, "a positive integer");

  await assertFolder(root);
  const endings = extensions.map((end) => (end.startsWith(".") ? end : `.${end}`).toLowerCase());
  const { paths: allPaths, ...ignored } = await findImages(root, new Set(endings));
  if (allPaths.length === 0) throw noImages(root, endings, ignored);
  const chosen = evenlySpaced(allPaths.length, limit);
  const paths = chosen.map((index) => allPaths[index] as string);
  // The classes are those of the whole folder, whatever the limit.
  const all = folderLabels(root, allPaths, wanted);
  const named = all && { ...all, labels: Int32Array.from(chosen, (index) => all.labels[index] as number) };
  return { ...(await decodedDataset(imageFiles(root, paths, named), options)), root, paths, ignored };
}

const isPositiveInteger = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

function evenlySpaced(length: number, limit = length): number[] {
  const count = Math.min(length, limit);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}
