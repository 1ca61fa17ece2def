import { join } from "node:path";
import { assertFolder } from "./assert-folder.js";
import { assertIndices } from "./assert-indices.js";
import type { Dataset } from "./dataset.js";
import { decodeImage, decodingQueue } from "./decode-image.js";
import { allImagesCorrupt, invalidArgument, simclrError, unreadable } from "./errors.js";
import { type FoundImages, findImages } from "./find-images.js";
import { folderLabels } from "./folder-labels.js";
import type { DecodeSettings, ImageDecoder } from "./image-decoder.js";
import { readWholeFile } from "./read-whole-file.js";
import { sharpDecoder } from "./sharp-decoder.js";

/** What sharp decodes everywhere without further libraries. */
const imageExtensions = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"] as const;

export interface ImageFolderOptions {
  /** The size that every image comes in. */
  readonly imageSize: readonly [height: number, width: number];
  /**
   * `"contain"` keeps the whole photo: it is made to fit inside `imageSize`, never enlarged, and lies at the top left; the
   * rest is 0 and `imageSizes` tells the valid regions. For pretraining, whose random crops come from the whole photo:
   * choose an `imageSize` above the crop's.
   * `"cover"` makes the short side fit and cuts the centre out. For evaluation.
   * Both are the same, and exact, for images that have the size already. Default `"contain"`.
   */
  readonly fit?: "contain" | "cover";
  /**
   * Where labels come from: `"folders"`, the first folder below the root; `"none"`; or `"auto"`, the default: from the
   * folders, when there are at least two, every image lies in one, and they are not named like parts (`train`, `test`).
   */
  readonly labels?: "folders" | "none" | "auto";
  /**
   * What happens to a file that cannot be decoded, which shows only when it is read. `"skip"`, the default: the next
   * readable one of the sorted paths stands in for it, always the same, so batches keep their shape and a resumed run
   * sees what it would have seen; `onWarning` hears of it once; the batch's `labels` and `indices` are those of the image
   * that came. `"refuse"`: an error, for evaluation.
   */
  readonly onCorrupt?: "skip" | "refuse";
  /** Hears of every file that is skipped. Default: `console.warn` with the message. */
  readonly onWarning?: (warning: { readonly message: string; readonly path: string }) => void;
  /** 3 for sRGB, 1 for gray. Default 3. */
  readonly channels?: 1 | 3;
  /** What shows through transparent parts. Default white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** What makes pixels of the files. Default: `sharpDecoder()`. */
  readonly decoder?: ImageDecoder;
  /** Which files are images, by the ends of their names in any case. Default: those of JPEG, PNG, WebP, AVIF, TIFF and GIF. */
  readonly extensions?: readonly string[];
  /** Takes at most so many images, evenly spaced over the sorted paths, so that every class keeps its share. Default: all. */
  readonly limit?: number;
}

/** A dataset that knows its files. */
export interface ImageFolder extends Dataset {
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
  const settings = decodeSettings(options);
  const { labels: wanted = "auto", onCorrupt = "skip", extensions = imageExtensions, limit } = options;
  const { onWarning = ({ message }) => console.warn(message) } = options;
  if (!["folders", "none", "auto"].includes(wanted))
    throw invalidArgument("labels", wanted, '"folders", "none" or "auto"');
  if (!["skip", "refuse"].includes(onCorrupt)) throw invalidArgument("onCorrupt", onCorrupt, '"skip" or "refuse"');
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
  const decoder = options.decoder ?? (await sharpDecoder());
  const corrupt = new Set<number>();

  /** Nothing for a corrupt image. */
  async function decode(index: number, target: Uint8Array) {
    const path = join(root, paths[index] as string);
    const file = await readWholeFile(path).catch((cause) => {
      throw unreadable(path, cause);
    });
    try {
      return await decodeImage(decoder, file, settings, target);
    } catch (cause) {
      const error = corruptImage(path, cause);
      if (onCorrupt === "refuse") throw error;
      if (!corrupt.has(index)) onWarning({ message: `Skipped: ${error.message}`, path });
      corrupt.add(index);
      return undefined;
    }
  }

  async function readRow(asked: number, target: Uint8Array) {
    for (let offset = 0; offset < paths.length; offset++) {
      const index = (asked + offset) % paths.length;
      if (corrupt.has(index)) continue;
      const imageSize = await decode(index, target);
      if (imageSize) return { index, imageSize };
    }
    throw allImagesCorrupt(paths.length);
  }

  return {
    length: paths.length,
    imageShape: settings.imageShape,
    ...named,
    root,
    paths,
    ignored,
    async read(indices) {
      assertIndices(indices, paths.length);
      const size = settings.imageShape.reduce((product, length) => product * length, 1);
      const images = new Uint8Array(indices.length * size);
      const target = (row: number) => images.subarray(row * size, (row + 1) * size);
      const results = await Promise.allSettled(indices.map((index, row) => decodingQueue(readRow, index, target(row))));
      const rows = results.map((result) => {
        // When all have ended: then the error is the first image's, and nothing goes on behind the caller's back.
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      return {
        images,
        shape: [indices.length, ...settings.imageShape],
        ...(named && { labels: Int32Array.from(rows, ({ index }) => named.labels[index] as number) }),
        ...(settings.fit === "contain" && { imageSizes: rows.map(({ imageSize }) => imageSize) }),
        indices: Int32Array.from(rows, ({ index }) => index),
      };
    },
  };
}

const isPositiveInteger = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

function decodeSettings(options: ImageFolderOptions): DecodeSettings {
  const { imageSize, fit = "contain", channels = 3, background = [255, 255, 255] } = options;
  if (!Array.isArray(imageSize) || imageSize.length !== 2 || !imageSize.every(isPositiveInteger)) {
    throw invalidArgument("imageSize", imageSize, "two positive integers, [height, width]");
  }
  if (fit !== "contain" && fit !== "cover") throw invalidArgument("fit", fit, '"contain" or "cover"');
  if (channels !== 1 && channels !== 3) throw invalidArgument("channels", channels, "1 or 3");
  const isColour = background.length === 3 && background.every((value) => value >= 0 && value <= 255);
  if (!isColour) throw invalidArgument("background", background, "three values from 0 to 255");
  return { imageShape: [imageSize[0] as number, imageSize[1] as number, channels], fit, background };
}

function evenlySpaced(length: number, limit = length): number[] {
  const count = Math.min(length, limit);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

function noImages(path: string, extensions: string[], { otherFileCount, hiddenCount }: Omit<FoundImages, "paths">) {
  return simclrError(
    "SIMCLR_ERROR__DATA__NO_IMAGES",
    { path, extensions, otherFileCount },
    {
      expected: `images (${extensions.join(" ")}) in ${path} or below`,
      received: `none, ${otherFileCount} other files, ${hiddenCount} hidden ones`,
      remedy: "Check the folder, or name other endings: extensions.",
    },
  );
}

function corruptImage(path: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return simclrError(
    "SIMCLR_ERROR__DATA__CORRUPT_IMAGE",
    { path, reason },
    {
      expected: `${path} to be an image that can be decoded`,
      received: reason,
      remedy: 'Replace or remove the file; onCorrupt: "skip" trains without it.',
    },
    cause,
  );
}
